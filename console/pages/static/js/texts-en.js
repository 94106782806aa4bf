// English. The same keys as texts-zh.js; a test holds them together.

export default {
  // the frame
  overview: "Overview", tickets: "Tickets", callbacks: "Callbacks", calls: "Calls", figures: "Figures",
  live: "live", lost: "connection lost, reconnecting", no_switch: "The switch does not answer: queue and agent states are unknown.",
  failed: "Not done: {why}", done: "Done.", loading: "Loading …", nothing: "Nothing here.", more: "Show more", search: "Search",
  all: "all", close: "Close", save: "Save", by: "by {who}", unknown: "unknown", refresh: "Refresh",
  days: "{n} d", hours: "{n} h", minutes: "{n} min", seconds: "{n} s", left: "{span} left", overdue: "{span} overdue",
  role: "role {role}", load_failed: "Could not be loaded: {why}",

  // the overview
  waiting: "Waiting", waiting_now: "Waiting now", longest_wait: "Longest wait", service_level: "Service level today", free_agents: "Agents free",
  callbacks_due: "Callbacks due", open_tickets: "Open tickets", queues: "Queues", agents: "Agents", calls_now: "Calls in progress",
  within: "within {n} s", of_logged_in: "of {n} logged in", nobody_waits: "Nobody is waiting.", no_calls: "No calls.", no_agents: "No agents.",
  queue: "Queue", offered: "Offered", handled: "Handled", abandoned: "Abandoned", asa: "Speed of answer", position: "Place", caller: "Caller", called: "Called",
  tier: "Tier", waits_since: "Waiting", wants: "Kind", agent: "Agent", state: "State", why: "Why", since: "Since", actions: "Actions",
  log_in: "Log in", log_out: "Log out", break: "Break", ready: "Ready", break_reason: "Break reason", hang_up: "Hang up",
  sure_hang_up: "Hang up this call?", on_the_phone: "On the phone", calls_of: "Calls of {who}", today: "Today",

  // tickets
  ticket: "Ticket", opened: "Opened", customer: "Customer", summary: "Summary", transcript: "Transcript", recordings: "Recordings", history: "History",
  clocks: "Deadlines", respond: "Respond", resolve: "Resolve", responded: "responded {when}", resolved: "resolved {when}", no_clock: "no deadline",
  owner: "Owner", category: "Category", severity: "Severity", priority: "Priority", tags: "Tags", title: "Title", language_of: "Language", nobody: "nobody",
  note: "Note", add_note: "Add note", write_note: "What happened, what is to be done …", callback: "Callback", no_callback: "No callback.", take: "Take it",
  number: "Number", joined_into: "Joined into {ticket}", what_told: "What the caller said", confirmed: "confirmed", unconfirmed: "not confirmed",
  doubt: "Underlined: the recogniser was unsure. Click a word to hear it.", heard_as: "heard as: {text}", sure: "{n} sure", conversation: "Whole conversation",
  no_words: "Not transcribed.", pressed: "keys {digits}", silence: "(silence)", pick_ticket: "Pick a ticket on the left.", hidden: "Your role does not show what callers said.",
  open_only: "open", any_state: "any state", any_queue: "any queue", play_from: "Play from here",

  // callbacks
  due: "Due", attempt: "Attempts", outcome: "Last outcome", call_now: "Call now", cancel: "Cancel", move: "Move", move_to: "Call at", sure_cancel: "Cancel this callback?",
  expires: "Expires", place_since: "Waiting since", held_by: "held by {who}", closed_as: "{end} by {who}",

  // calls
  diverted_from: "Diverted from", began: "Began", length: "Length", wait: "Wait", talk: "Talk", hold: "Hold", wrap_up: "Wrap-up", result: "Result", path: "Path", ended_by: "Ended by",
  quality: "Sound quality", events: "What happened", legs: "Legs", segments: "Segments", recording: "Recording", call: "Call", from: "From", until: "Until", pick_call: "Pick a call on the left.",
  behind: "{figure} of {of}", flow: "Flow", any_agent: "any agent", any_result: "any result",

  // figures
  figure: "Figure", interval: "Interval", yesterday: "Yesterday", last_7: "Last 7 days", last_30: "Last 30 days", by_queue: "By queue", by_agent: "By agent",
  definitions: "What the figures mean: docs/records.md. Each event is counted in the interval in which it happens, so offered need not equal answered plus abandoned.",

  // the system's words
  "state.offline": "offline", "state.available": "free", "state.reserved": "reserved", "state.ringing": "ringing", "state.on_call": "on a call", "state.wrap_up": "wrap-up", "state.break": "break", "state.unknown": "unknown",
  "tier.ordinary": "ordinary", "tier.vip": "VIP", "tier.super_vip": "super VIP",
  "kind.live": "on the line", "kind.callback": "callback", "kind.problem": "problem", "kind.voicemail": "voicemail", "kind.abandoned": "hung up waiting", "kind.cut_off": "cut off", "kind.failure": "failure",
  "ticket.open": "open", "ticket.assigned": "assigned", "ticket.waiting": "waiting for the customer", "ticket.solved": "solved", "ticket.closed": "closed", "ticket.joined": "joined",
  "callback.waiting": "waiting", "callback.leased": "being prepared", "callback.dialling": "being called", "callback.closed": "closed",
  "outcome.reached": "reached", "outcome.busy": "busy", "outcome.no_answer": "no answer", "outcome.refused": "refused", "outcome.wrong_number": "wrong number", "outcome.not_permitted": "not permitted", "outcome.failed": "failed", "outcome.no_agent": "no agent", "outcome.cut_off": "cut off", "outcome.withdrawn": "ended by us",
  "outcome.in_progress": "in progress", "outcome.handled": "handled", "outcome.connected": "connected", "outcome.abandoned": "abandoned", "outcome.short_abandoned": "abandoned, short",
  "outcome.callback_requested": "callback requested", "outcome.message_taken": "left a message", "outcome.self_served": "self-service", "outcome.unserved": "not served", "outcome.hung_up": "hung up in the menu", "outcome.transferred": "transferred",
  "end.completed": "completed", "end.expired": "expired", "end.not_reached": "not reached", "end.wrong_number": "wrong number", "end.not_permitted": "not permitted", "end.crashed": "closed after crashes", "end.joined": "joined", "end.reached_meanwhile": "reached meanwhile", "end.cancelled": "cancelled",
  "slot.problem": "Problem", "slot.callback_number": "Number to call back", "slot.callback_time": "Time to call back", "slot.name": "Name", "slot.message": "Message",
  "what.opened": "opened", "what.changed": "changed", "what.transcribed": "transcribed", "what.joined": "joined", "what.callback_requested": "callback requested", "what.attempt": "callback attempt", "what.callback_closed": "callback closed", "what.callback_rescheduled": "callback moved", "what.note": "note", "what.took_in": "merged with",
  "why.intake": "told the bot", "why.requested": "requested", "why.abandoned": "hung up waiting", "why.cut_off": "cut off", "why.voicemail": "voicemail", "why.agent": "an agent",
  "role.read": "viewer", "role.agent": "agent", "role.supervisor": "supervisor", "role.admin": "administrator",
  "direction.in": "inbound", "direction.out": "outbound", "direction.internal": "internal", "direction.callback": "callback",
  "party.customer": "customer", "party.caller": "caller", "party.agent": "agent", "party.party": "other party", "party.switch": "switch", "party.network": "network",
  "segment.setup": "setup", "segment.flow": "menu", "segment.queue": "waiting", "segment.ringing": "ringing", "segment.talk": "talk", "segment.hold": "hold", "segment.transfer": "transfer", "segment.survey": "survey", "segment.connected": "connected", "segment.ending": "ending",
  "reason.no_answer": "did not answer", "reason.lunch": "lunch", "reason.meeting": "meeting", "reason.training": "training",
  "left.answered": "answered", "left.abandoned": "hung up", "left.timeout": "waited too long", "left.key": "left by key", "left.no_agents": "no agents", "left.full": "queue full", "left.overflow": "overflow", "left.cut_off": "cut off", "left.withdrawn": "withdrawn", "left.requested": "requested", "left.intake": "told the bot", "left.voicemail": "voicemail", "left.agent": "an agent",
  "field.caller": "caller", "field.called": "called", "field.source": "from", "field.codec": "codec", "field.target": "to", "field.digit": "key", "field.file": "file", "field.recorded": "length", "field.by": "by", "field.reason": "reason", "field.ring": "rang", "field.details": "details", "field.attempt": "attempt",
  "lang.en": "English", "lang.zh": "Chinese", "lang.ko": "Korean",

  // figures by name
  "figure.offered": "Offered", "figure.handled": "Handled", "figure.abandoned": "Abandoned", "figure.short_abandoned": "Abandoned, short",
  "figure.left_for_callback": "Left for a callback", "figure.left_otherwise": "Left otherwise",
  "figure.abandon_rate_connect": "Abandon rate (Connect)", "figure.abandon_rate_genesys": "Abandon rate (Genesys)",
  "figure.abandon_rate_google": "Abandon rate (Google)", "figure.service_level_asterisk": "Service level (Asterisk)",
  "figure.service_level_2_asterisk": "Service level 2 (Asterisk)", "figure.service_level_connect": "Service level (Connect)",
  "figure.service_level_genesys": "Service level (Genesys)", "figure.service_level_genesys_with_flow_outs": "Service level (Genesys, with flow-outs)",
  "figure.service_level_genesys_without_short": "Service level (Genesys, without short)",
  "figure.service_level_genesys_with_flow_outs_without_short": "Service level (Genesys, with flow-outs, without short)",
  "figure.asa": "Speed of answer", "figure.average_abandon_time": "Time to abandon", "figure.longest_wait": "Longest wait",
  "figure.conversations": "Conversations", "figure.talk_time": "Talk time", "figure.hold_time": "Hold time", "figure.wrap_up_time": "Wrap-up time",
  "figure.aht": "Handling time, mean", "figure.aht_talk": "… of which talk", "figure.aht_hold": "… of which hold",
  "figure.aht_wrap_up": "… of which wrap-up", "figure.held": "Held", "figure.average_hold": "Hold, mean", "figure.offers": "Offers to agents",
  "figure.non_response": "Not answered by agents", "figure.non_response_without_abandons": "Not answered, without hang-ups",
  "figure.transfers_out_internal": "Transfers out, internal", "figure.transfers_out_external": "Transfers out, external",
  "figure.transfers_in": "Transfers in", "figure.surveys_offered": "Surveys offered", "figure.surveys_answered": "Surveys answered",
  "figure.csat_mean": "Satisfaction, mean", "figure.csat_top_box": "Satisfaction, top box", "figure.csat_response_rate": "Survey response rate",
  "figure.solved": "Tickets solved", "figure.points": "Points", "figure.callbacks_requested": "Callbacks requested",
  "figure.callbacks_attempted": "Callbacks attempted", "figure.callback_attempts": "Callback attempts",
  "figure.callbacks_reached": "Callbacks reached", "figure.callbacks_completed": "Callbacks completed",
  "figure.callbacks_expired": "Callbacks closed unreached", "figure.callbacks_closed_otherwise": "Callbacks closed otherwise",
  "figure.time_to_first_attempt": "Time to first attempt", "figure.time_to_resolution": "Time to completion", "figure.callbacks": "Callbacks made",
  "figure.online_time": "Online", "figure.staffed_time": "Staffed", "figure.available_time": "Free", "figure.offered_time": "Being rung",
  "figure.on_contact_time": "On contact", "figure.communicating_time": "Other calls", "figure.non_productive_time": "On break",
  "figure.breaks": "Breaks by reason", "figure.occupancy": "Occupancy", "figure.occupancy_genesys": "Occupancy (Genesys)",
  "figure.utilisation": "Utilisation",

  // events of the journal
  "event.CallerHeard": "caller answers", "event.PromptSaid": "says", "event.QuestionAsked": "asks", "event.TransferRequested": "transfer requested",
  "event.CallOffered": "call came in", "event.CallAnswered": "answered", "event.LegDialled": "dialled", "event.LegRinging": "rings",
  "event.LegAnswered": "picked up", "event.DigitReceived": "key pressed", "event.DigitsSent": "keys sent", "event.PlayStarted": "prompt begins",
  "event.PlayEnded": "prompt ends", "event.HoldStarted": "put on hold", "event.HoldEnded": "back from hold", "event.CallBridged": "connected",
  "event.CallUnbridged": "bridge ended", "event.RecordingStarted": "recording begins", "event.RecordingEnded": "recording ends",
  "event.TransferDone": "transferred", "event.FlowStarted": "flow begins", "event.StepEntered": "step", "event.FlowEnded": "flow ends",
  "event.OutsideCallAllowed": "outside call allowed", "event.OutsideCallRefused": "outside call not allowed",
  "event.LegEnded": "leg ended", "event.CallEnded": "call ended", "event.QueueEntered": "joins queue", "event.QueueLeft": "leaves queue",
  "event.AgentOffered": "agent is rung", "event.AgentOfferEnded": "ringing ended", "event.AgentConnected": "agent takes the call",
  "event.CallTransferred": "transferred", "event.SurveyOffered": "asked to rate", "event.SurveyAnswered": "rated",
  "event.AgentStateChanged": "agent's state", "event.CustomerKnown": "customer identified", "event.TicketOpened": "ticket opened",
  "event.TicketChanged": "ticket changed", "event.TicketTranscribed": "transcribed", "event.TicketJoined": "ticket joined",
  "event.CallbackRequested": "callback requested", "event.CallbackLeased": "callback leased", "event.CallbackStarted": "callback begins",
  "event.CallbackDialled": "customer is dialled", "event.CallbackAttemptEnded": "attempt ended", "event.CallbackRescheduled": "callback moved",
  "event.CallbackClosed": "callback closed", "event.CallbackMoved": "callback to another queue", "event.CallbackRestored": "callback goes on",
  "event.AlarmRaised": "alarm", "event.AlarmEnded": "alarm over", "event.FactsLost": "facts lost",

  // alarms
  "alarm.recorder_behind": "The recorder is behind", "alarm.disk_low": "The disk is nearly full", "alarm.facts_not_on_disk": "The journal can't be written",
  "alarm.facts_lost": "Facts were lost before the last start", "alarm.trunk_down": "A trunk takes no calls", "alarm.certificate_ends": "A certificate ends soon",
  "alarm.recogniser_failing": "A recogniser keeps failing", "alarm.callbacks_late": "Callbacks are late", "alarm.callback_crashed": "A callback crashed the server",
  "alarm.sla_at_risk": "A ticket is nearly late", request_callback: "Call back",

  // what the bot asked
  "asked.addition": "Anything to add?", "asked.offer_number": "Call back on this number?", "asked.recording": "Recording",
  "asked.problem": "What is it about?", "asked.confirm_problem": "Is that right?", "asked.number": "Which number?",
  "asked.confirm_number": "Is the number right?", "asked.time": "When to call?", "asked.confirm_time": "Is the time right?",
  "asked.name": "What is your name?", "asked.callback_number": "Number", "asked.callback_time": "Time", "asked.message": "Message",
  "asked.confirm": "Is all of that right?", "asked.correct": "What is wrong?", "asked.offer_human": "Speak to a person?",
  "asked.company": "Which company?", "asked.product": "Which product?", "asked.version": "Which version?",
  "asked.error_code": "Which error code?", "asked.since": "Since when?", "asked.affected": "How many are affected?",
  "asked.urgency": "Is it urgent?", "asked.customer_number": "Customer number", "asked.order_number": "Order number",
};
