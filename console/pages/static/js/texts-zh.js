// 中文。键与 texts-en.js 相同，由测试核对。

export default {
  // 框架
  overview: "总览", tickets: "工单", callbacks: "回拨", calls: "通话", figures: "报表",
  live: "实时", lost: "连接中断，正在重连", no_switch: "交换机没有应答：无法得知谁在排队、谁在岗。",
  failed: "未完成：{why}", done: "已完成。", loading: "加载中……", nothing: "没有内容。", more: "显示更多", search: "搜索",
  all: "全部", close: "关闭", save: "保存", by: "由 {who}", unknown: "未知", refresh: "刷新",
  days: "{n} 天", hours: "{n} 小时", minutes: "{n} 分", seconds: "{n} 秒", left: "剩余 {span}", overdue: "超时 {span}",
  role: "角色 {role}", load_failed: "无法加载：{why}",

  // 现场
  waiting: "排队", waiting_now: "正在排队", longest_wait: "最长等待", service_level: "今日服务水平", free_agents: "空闲坐席",
  callbacks_due: "到期回拨", open_tickets: "未结工单", queues: "队列", agents: "坐席", calls_now: "进行中的通话",
  within: "{n} 秒内接听", of_logged_in: "共 {n} 人在线", nobody_waits: "无人排队。", no_calls: "没有通话。", no_agents: "没有坐席。",
  queue: "队列", offered: "进线", handled: "接听", abandoned: "放弃", asa: "平均应答", position: "位次", caller: "来电者", called: "被叫",
  tier: "等级", waits_since: "已等", wants: "类型", agent: "坐席", state: "状态", why: "原因", since: "自", actions: "操作",
  log_in: "签入", log_out: "签出", break: "小休", ready: "就绪", break_reason: "小休原因", hang_up: "挂断",
  sure_hang_up: "确定挂断这个通话？", on_the_phone: "通话中", calls_of: "{who} 的通话", today: "今天",

  // 工单
  ticket: "工单", opened: "创建", customer: "客户", summary: "摘要", transcript: "逐字稿", recordings: "录音", history: "历史",
  clocks: "时限", respond: "响应", resolve: "解决", responded: "{when} 已响应", resolved: "{when} 已解决", no_clock: "无时限",
  owner: "负责人", category: "类别", severity: "严重度", priority: "优先级", tags: "标签", title: "标题", language_of: "语言", nobody: "无",
  note: "备注", add_note: "添加备注", write_note: "发生了什么，还要做什么……", callback: "回拨", no_callback: "没有回拨。", take: "我来处理",
  number: "号码", joined_into: "已并入 {ticket}", what_told: "来电者所述", confirmed: "已确认", unconfirmed: "未确认",
  doubt: "带下划线的词识别不确定。点击词语可从该处播放。", heard_as: "听到的是：{text}", sure: "把握 {n}", conversation: "完整对话",
  no_words: "没有识别出文字。", pressed: "按键 {digits}", silence: "（无声）", pick_ticket: "请在左侧选择工单。", hidden: "您的角色看不到来电者所说的内容。",
  open_only: "未结", any_state: "所有状态", any_queue: "所有队列", play_from: "从此处播放",

  // 回拨
  due: "到期", attempt: "次数", outcome: "上次结果", call_now: "立即回拨", cancel: "取消", move: "改期", move_to: "回拨时间", sure_cancel: "确定取消这个回拨？",
  expires: "失效", place_since: "等待自", held_by: "由 {who} 处理", closed_as: "{end}（{who}）",

  // 通话
  diverted_from: "原被叫", began: "开始", length: "时长", wait: "等待", talk: "通话", hold: "保持", wrap_up: "话后", result: "结果", path: "路径", ended_by: "结束方",
  quality: "音质", events: "经过", legs: "分支", segments: "阶段", recording: "录音", call: "通话", from: "从", until: "到", pick_call: "请在左侧选择通话。",
  behind: "{of}的{figure}", flow: "流程", any_agent: "所有坐席", any_result: "所有结果",

  // 报表
  figure: "指标", interval: "时段", yesterday: "昨天", last_7: "最近 7 天", last_30: "最近 30 天", by_queue: "按队列", by_agent: "按坐席",
  definitions: "指标定义见 docs/records.md。每个事件计入其发生的时段，因此进线数不一定等于接听数加放弃数。",

  // 系统用语
  "state.offline": "离线", "state.available": "空闲", "state.reserved": "已预留", "state.ringing": "振铃", "state.on_call": "通话中", "state.wrap_up": "话后处理", "state.break": "小休", "state.unknown": "未知",
  "tier.ordinary": "普通", "tier.vip": "VIP", "tier.super_vip": "超级 VIP",
  "kind.live": "在线", "kind.callback": "回拨", "kind.problem": "问题", "kind.voicemail": "留言", "kind.abandoned": "排队时挂断", "kind.cut_off": "中断", "kind.failure": "故障",
  "ticket.open": "未处理", "ticket.assigned": "处理中", "ticket.waiting": "等待客户", "ticket.solved": "已解决", "ticket.closed": "已关闭", "ticket.joined": "已合并",
  "callback.waiting": "等待中", "callback.leased": "准备中", "callback.dialling": "拨打中", "callback.closed": "已结束",
  "outcome.reached": "已接通", "outcome.busy": "占线", "outcome.no_answer": "无人接听", "outcome.refused": "拒接", "outcome.wrong_number": "号码错误", "outcome.not_permitted": "不允许呼出", "outcome.failed": "失败", "outcome.no_agent": "无坐席", "outcome.cut_off": "中断", "outcome.withdrawn": "我方结束",
  "outcome.in_progress": "进行中", "outcome.handled": "已接听", "outcome.connected": "已接通", "outcome.abandoned": "放弃", "outcome.short_abandoned": "短时放弃",
  "outcome.callback_requested": "要求回拨", "outcome.message_taken": "已留言", "outcome.self_served": "自助完成", "outcome.unserved": "未获服务", "outcome.hung_up": "菜单中挂断", "outcome.transferred": "已转走",
  "end.completed": "已完成", "end.expired": "已失效", "end.not_reached": "未能联系上", "end.wrong_number": "号码错误", "end.not_permitted": "不允许呼出", "end.crashed": "多次崩溃后关闭", "end.joined": "已合并", "end.reached_meanwhile": "期间已联系上", "end.cancelled": "已取消",
  "slot.problem": "问题", "slot.callback_number": "回拨号码", "slot.callback_time": "回拨时间", "slot.name": "姓名", "slot.message": "留言",
  "what.opened": "创建", "what.changed": "修改", "what.transcribed": "转写", "what.joined": "合并", "what.callback_requested": "要求回拨", "what.attempt": "回拨尝试", "what.callback_closed": "回拨结束", "what.callback_rescheduled": "回拨改期", "what.note": "备注", "what.took_in": "并入",
  "why.intake": "告诉了语音机器人", "why.requested": "本人要求", "why.abandoned": "排队时挂断", "why.cut_off": "中断", "why.voicemail": "留言", "why.agent": "坐席",
  "role.read": "只读", "role.agent": "坐席", "role.supervisor": "班长", "role.admin": "管理员",
  "direction.in": "呼入", "direction.out": "呼出", "direction.internal": "内部", "direction.callback": "回拨",
  "party.customer": "客户", "party.caller": "主叫", "party.agent": "坐席", "party.party": "对方", "party.switch": "交换机", "party.network": "网络",
  "segment.setup": "建立", "segment.flow": "菜单", "segment.queue": "排队", "segment.ringing": "振铃", "segment.talk": "通话", "segment.hold": "保持", "segment.transfer": "转接", "segment.survey": "评价", "segment.connected": "已接通", "segment.ending": "结束",
  "reason.no_answer": "未接听", "reason.lunch": "午餐", "reason.meeting": "会议", "reason.training": "培训",
  "left.answered": "已接听", "left.abandoned": "挂断", "left.timeout": "等待过久", "left.key": "按键离开", "left.no_agents": "无坐席", "left.full": "队列已满", "left.overflow": "溢出", "left.cut_off": "中断", "left.withdrawn": "撤回", "left.requested": "本人要求", "left.intake": "告诉了语音机器人", "left.voicemail": "留言", "left.agent": "坐席",
  "field.caller": "主叫", "field.called": "被叫", "field.source": "来源", "field.codec": "编码", "field.target": "目标", "field.digit": "按键", "field.file": "文件", "field.recorded": "时长", "field.by": "由", "field.reason": "原因", "field.ring": "振铃", "field.details": "详情", "field.attempt": "次数",
  "lang.en": "英语", "lang.zh": "中文", "lang.ko": "韩语",

  // 指标名称
  "figure.offered": "进线", "figure.handled": "接听", "figure.abandoned": "放弃", "figure.short_abandoned": "短时放弃", "figure.left_for_callback": "转为回拨",
  "figure.left_otherwise": "其他离开", "figure.abandon_rate_connect": "放弃率（Connect）", "figure.abandon_rate_genesys": "放弃率（Genesys）",
  "figure.abandon_rate_google": "放弃率（Google）", "figure.service_level_asterisk": "服务水平（Asterisk）",
  "figure.service_level_2_asterisk": "服务水平 2（Asterisk）", "figure.service_level_connect": "服务水平（Connect）",
  "figure.service_level_genesys": "服务水平（Genesys）", "figure.service_level_genesys_with_flow_outs": "服务水平（Genesys，含溢出）",
  "figure.service_level_genesys_without_short": "服务水平（Genesys，不含短时放弃）",
  "figure.service_level_genesys_with_flow_outs_without_short": "服务水平（Genesys，含溢出，不含短时放弃）", "figure.asa": "平均应答时间",
  "figure.average_abandon_time": "平均放弃时间", "figure.longest_wait": "最长等待", "figure.conversations": "会话数", "figure.talk_time": "通话时间",
  "figure.hold_time": "保持时间", "figure.wrap_up_time": "话后时间", "figure.aht": "平均处理时间", "figure.aht_talk": "……其中通话", "figure.aht_hold": "……其中保持",
  "figure.aht_wrap_up": "……其中话后", "figure.held": "被保持的会话", "figure.average_hold": "平均保持", "figure.offers": "分配次数", "figure.non_response": "坐席未接",
  "figure.non_response_without_abandons": "坐席未接（不含挂断）", "figure.transfers_out_internal": "转出（内部）", "figure.transfers_out_external": "转出（外部）",
  "figure.transfers_in": "转入", "figure.surveys_offered": "邀评", "figure.surveys_answered": "参评", "figure.csat_mean": "满意度均值",
  "figure.csat_top_box": "最高分占比", "figure.csat_response_rate": "参评率", "figure.solved": "已解决工单", "figure.points": "积分",
  "figure.callbacks_requested": "要求回拨", "figure.callbacks_attempted": "已尝试回拨", "figure.callback_attempts": "回拨次数", "figure.callbacks_reached": "回拨接通",
  "figure.callbacks_completed": "回拨完成", "figure.callbacks_expired": "回拨失效", "figure.callbacks_closed_otherwise": "回拨其他结束",
  "figure.time_to_first_attempt": "首次回拨用时", "figure.time_to_resolution": "完成用时", "figure.callbacks": "完成的回拨", "figure.online_time": "在线时间",
  "figure.staffed_time": "在岗时间", "figure.available_time": "空闲时间", "figure.offered_time": "振铃时间", "figure.on_contact_time": "服务时间",
  "figure.communicating_time": "其他通话", "figure.non_productive_time": "小休时间", "figure.breaks": "小休（按原因）", "figure.occupancy": "占用率",
  "figure.occupancy_genesys": "占用率（Genesys）", "figure.utilisation": "利用率",

  // 日志事件
  "event.CallerHeard": "来电者回答", "event.PromptSaid": "播报", "event.QuestionAsked": "提问", "event.TransferRequested": "请求转接",
  "event.CallOffered": "来电", "event.CallAnswered": "应答", "event.LegDialled": "拨号", "event.LegRinging": "振铃", "event.LegAnswered": "接听",
  "event.DigitReceived": "按键", "event.DigitsSent": "发送按键", "event.PlayStarted": "开始播放", "event.PlayEnded": "结束播放", "event.HoldStarted": "保持",
  "event.HoldEnded": "取消保持", "event.CallBridged": "接通", "event.CallUnbridged": "断开", "event.RecordingStarted": "开始录音", "event.RecordingEnded": "结束录音",
  "event.TransferDone": "已转走", "event.FlowStarted": "进入流程", "event.StepEntered": "步骤", "event.FlowEnded": "流程结束", "event.LegEnded": "分支结束",
  "event.OutsideCallAllowed": "允许外呼", "event.OutsideCallRefused": "外呼未获允许",
  "event.CallEnded": "通话结束", "event.QueueEntered": "进入队列", "event.QueueLeft": "离开队列", "event.AgentOffered": "呼叫坐席", "event.AgentOfferEnded": "呼叫坐席结束",
  "event.AgentConnected": "坐席接入", "event.CallTransferred": "转接", "event.SurveyOffered": "邀请评价", "event.SurveyAnswered": "已评价",
  "event.AgentStateChanged": "坐席状态", "event.CustomerKnown": "识别客户", "event.TicketOpened": "创建工单", "event.TicketChanged": "修改工单",
  "event.TicketTranscribed": "转写", "event.TicketJoined": "合并工单", "event.CallbackRequested": "要求回拨", "event.CallbackLeased": "领取回拨",
  "event.CallbackStarted": "开始回拨", "event.CallbackDialled": "拨打客户", "event.CallbackAttemptEnded": "尝试结束", "event.CallbackRescheduled": "回拨改期",
  "event.CallbackClosed": "回拨结束", "event.CallbackMoved": "回拨换队列", "event.CallbackRestored": "恢复回拨",
  "event.AlarmRaised": "告警", "event.AlarmEnded": "告警解除", "event.FactsLost": "记录丢失",

  // 告警
  "alarm.recorder_behind": "记录进程落后", "alarm.disk_low": "磁盘空间不足", "alarm.facts_not_on_disk": "日志无法写入",
  "alarm.facts_lost": "上次启动前有记录丢失", "alarm.trunk_down": "中继不接受呼叫", "alarm.certificate_ends": "证书即将到期",
  "alarm.recogniser_failing": "语音识别反复出错", "alarm.callbacks_late": "回拨延误", "alarm.callback_crashed": "回拨导致服务器崩溃",
  "alarm.sla_at_risk": "工单即将超时", request_callback: "要求回拨",

  // 机器人的提问
  "asked.addition": "还有补充吗？", "asked.offer_number": "拨打此号码回拨吗？", "asked.recording": "录音",
  "asked.problem": "什么问题？", "asked.confirm_problem": "对吗？", "asked.number": "哪个号码？", "asked.confirm_number": "号码对吗？", "asked.time": "何时回拨？",
  "asked.confirm_time": "时间对吗？", "asked.name": "您的姓名？", "asked.callback_number": "号码", "asked.callback_time": "时间", "asked.message": "留言",
  "asked.confirm": "以上都对吗？", "asked.correct": "哪里不对？", "asked.offer_human": "需要转人工吗？",
  "asked.company": "哪家公司？", "asked.product": "哪个产品？", "asked.version": "哪个版本？",
  "asked.error_code": "错误代码？", "asked.since": "什么时候开始？", "asked.affected": "多少人受影响？",
  "asked.urgency": "紧急吗？", "asked.customer_number": "客户号", "asked.order_number": "订单号",
};
