# SPDX-License-Identifier: GPL-2.0-or-later
"""What the bounds have to stand: delays times disturbances.

Every case is bound.scenario with some lines more, for the simulator and the
virtual-time lab alike.
"""

US = 10**3
MS = 10**6


class Network:
    """Delays of a network: what is constant each way, ns, and lines with the
    rest.  Runs are so much longer than the scenario's as stretch says.
    """

    def __init__(self, name, base_ns, law, *lines, stretch=1):
        self.name = name
        self.base_ns = base_ns
        self.stretch = stretch
        self.lines = [f"link * * delay={base_ns}ns{'+' if law else ''}{law}",
                      *lines]

    def at(self, seconds):
        """An instant of the scenario as it is here."""
        return f"at {seconds * self.stretch}s"

    def share(self, part):
        """A delay, in parts of what is constant."""
        return f"{round(part * self.base_ns)}ns"


NETWORKS = (
    Network("exp", 500 * US, "exp:10us"),
    Network("normal", 500 * US, "normal:2us"),
    Network("uniform", 500 * US, "uniform:50us"),
    Network("lognormal", 500 * US, "lognormal:5us/1.5"),
    Network("heavy", 200 * US, "exp:200us"),
    Network("noise", 500 * US, "exp:10us",
            "node * rx=40us+normal:1us tx=40us+normal:1us"),
    Network("wlan", 2 * MS, "",
            "path 1-3 0 delay=2ms+burst:8ms/100ms/400ms",
            "path 0 1-3 delay=2ms+burst:2ms/50ms/450ms",
            "node * tx=uniform:100us", "link * * loss=5%"),
    Network("gamma", 20 * MS, "gamma:30ms/0.5", stretch=3),
    Network("wan", 20 * MS, "exp:30ms", stretch=3),
)

# Of a run and of its warm-up, if the network does not stretch them.
DURATION_S, WARMUP_S = 600, 60

# The budget for asymmetry is 1 % of the round trip, so both ways together may
# differ by 4 % of the constant delay of one.
WITHIN, BEYOND = 0.036, 0.4


def calm(_):
    """Nothing happens."""
    return ()


def asymmetric(net):
    """The ways differ from the start, by less than the budget."""
    return (f"link * * asym={net.share(WITHIN)}",)


def step(net, forth, size):
    """One way becomes longer or shorter, and as before again."""
    nodes = "0 1-3" if forth else "1-3 0"
    return (f"{net.at(200)} path {nodes} extra={net.share(size)}",
            f"{net.at(400)} path {nodes} extra=0us")


def lossy(_):
    """Packets are lost, doubled, held back."""
    return ("link * * loss=30% dup=5% reorder=5%/1ms",)


def paused(net):
    """No packet passes, three times."""
    lines = []
    for start, end in ((150, 155), (250, 280), (350, 470)):
        lines += (f"{net.at(start)} cut 0 1-3", f"{net.at(end)} heal 0 1-3")
    return lines


def frequency(net):
    """Steps of the oscillators, the leader's as well."""
    return (f"{net.at(200)} freq 1 +0.1ppm", f"{net.at(250)} freq 2 -0.1ppm",
            f"{net.at(400)} freq 0 +0.05ppm")


def shock(net):
    """A step that no oscillator makes by itself: suspend, a blow."""
    return (f"{net.at(250)} freq 2 -2ppm",)


def ramp(net):
    """What changes of temperature make of the oscillators."""
    return (f"{net.at(150)} ramp 1 1ppm over {120 * net.stretch}s",
            f"{net.at(200)} ramp 2 -0.1ppm over {60 * net.stretch}s",
            f"{net.at(400)} ramp 0 0.5ppm over {60 * net.stretch}s")


# Disturbances.  Beyond the budget, and when a clock does what no wander explains
# where long queues hide it, only the hard bound is sure to hold.
DISTURBANCES = {
    "calm": calm,
    "asymmetric": asymmetric,
    "longer": lambda net: step(net, True, WITHIN),
    "shorter": lambda net: step(net, False, -WITHIN),
    "much-longer": lambda net: step(net, True, BEYOND),
    "much-shorter": lambda net: step(net, False, -BEYOND),
    "lossy": lossy,
    "paused": paused,
    "frequency": frequency,
    "shock": shock,
    "ramp": ramp,
    "steady": lambda _: ("node * wander=0.1",),
    "wandering": lambda _: ("node * wander=10",),
    "noisy": lambda _: ("node * rx=40us+normal:10us tx=40us+normal:10us",),
}
ONLY_HARD = ("much-longer", "much-shorter")
ONLY_HARD_CASES = ("heavy/shock",)
# What the estimator is told in these, by -o: the bound holds if the wander is no
# more than a few times the setting until it has been learnt.
TOLD = {"ramp": {"wander": 10000}, "wandering": {"wander": 10000}}
# What calm networks may be told as their budget for asymmetry: they have none.
SYMMETRIC = "100ns"
# Neither a path nor a clock changes in these.
UNCHANGED = ("calm", "asymmetric", "lossy", "paused", "steady", "noisy")


class Case:
    """A network and what happens in it."""

    def __init__(self, net, disturbance):
        self.name = f"{net.name}/{disturbance}"
        self.only_hard = (disturbance in ONLY_HARD or
                          self.name in ONLY_HARD_CASES)
        self.unchanged = disturbance in UNCHANGED
        self.told = TOLD.get(disturbance, {})
        self.duration_s = DURATION_S * net.stretch
        self.warmup_s = WARMUP_S * net.stretch
        self.net_lines = [*net.lines, *DISTURBANCES[disturbance](net)]

    def lines(self, duration_s=None):
        """All that bound.scenario leaves open."""
        return [f"duration {duration_s or self.duration_s}s",
                f"warmup {self.warmup_s}s", *self.net_lines]

    @staticmethod
    def changes(figures):
        """Changes of paths and clocks that the followers believe in."""
        return sum(node["path_changes"] + node["clock_changes"]
                   for node in figures["node"].values())

    def violations(self, figures):
        """Readings that missed the truth although they must not."""
        return figures["violations_hard" if self.only_hard else "violations"]


CASES = tuple(Case(net, name) for net in NETWORKS for name in DISTURBANCES)
