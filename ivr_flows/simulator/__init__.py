"""Try a flow without a telephone: a call with typed keys and words, on a clock of its own."""

from ivr_flows.simulator.call import SimulatedConversation
from ivr_flows.simulator.inputs import Inputs, Script, Terminal
from ivr_flows.simulator.run import simulate

__all__ = ["Inputs", "Script", "SimulatedConversation", "Terminal", "simulate"]
