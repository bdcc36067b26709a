"""What is looked at, in the order of a package's life; each sight is one line, yes or no."""

import json
import re
import signal
import time

from deb.prove.machine import Machine, within

PASSWORD = "brass engines hum softly"  # noqa: S105 - of an invented host
MOST_EXPOSED = 1.3
NEEDS_BPF = {"listen anywhere else"}  # SocketBindDeny=
BACK_SECONDS = 10
UNHUNG_SECONDS = 45
KEY = "/var/lib/cally/cally.key"
SEALED = "/etc/credstore.encrypted/cally.key"
SANDBOX_OUT = re.compile(r"^(Type|ExecStart|Environment|Restart\w*|Watchdog\w*|Timeout\w*)=")
# What dpkg, systemd and the account files keep of anything that ever was installed.
KEPT_BY_OTHERS = re.compile(
    r"^/(etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$|etc/\.pwd\.lock|var/lib/dpkg/|var/log/|var/cache/(ldconfig|apt|debconf)/"
    r"|var/lib/systemd/(credential\.secret|catalog|random-seed|timers)|var/lib/systemd/deb-systemd-helper-(enabled|masked)$"
    r"|root/|var/tmp/systemd-private)"
)


class Sights:
    """One machine, what has been seen on it, and whether all of that was as promised."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.all_well = True
        self.token = ""
        self.slot = 0

    def see(self, sentence: str, well: object, shown: str = "") -> None:
        """Note a sight; `shown` is what was seen when it was not as promised, or a figure."""
        self.all_well = self.all_well and bool(well)
        print(f"  {'yes' if well else 'NO '}  {sentence}{'' if not shown else ': ' + shown.strip()[-600:]}", flush=True)

    def answers(self, seconds: float) -> float | None:
        """How long it takes until it is answered."""
        return within(seconds, lambda: self.machine.guest("live").code == 0)

    def book(self, sentence: str) -> None:
        """A guest takes the next free slot."""
        ran = self.machine.guest("book", str(self.slot))
        self.slot += 1
        self.see(sentence, ran.code == 0, ran.out)

    def bookings_kept(self, sentence: str) -> None:
        """Every booking that was acknowledged is there."""
        ran = self.machine.guest("count", self.token)
        self.see(sentence, ran.out.strip() == str(self.slot), f"{ran.out.strip()} of {self.slot}")


def look(machine: Machine, next_version: str) -> bool:
    """Everything, in order."""
    seen = Sights(machine)
    before = machine.files()
    installed(seen)
    used(seen)
    sandboxed(seen)
    killed(seen)
    hung(seen)
    sealed(seen)
    upgraded(seen, next_version)
    removed(seen)
    purged(seen, before)
    return seen.all_well


def installed(seen: Sights) -> None:
    """One command, and it runs."""
    machine = seen.machine
    ran = machine.run("dpkg", "--install", "/root/old.deb")
    seen.see("installs", ran.code == 0, ran.out if ran.code else "")
    seen.see("answers at 127.0.0.1:8080", seen.answers(60) is not None)
    states = machine.run("systemctl", "is-active", "cally.service", "cally.socket").out.split()
    seen.see("service and socket are up", states == ["active", "active"], " ".join(states))
    enabled = machine.run("systemctl", "is-enabled", "cally.service", "cally.socket").out.split()
    seen.see("and will be after a reboot", enabled == ["enabled", "enabled"], " ".join(enabled))
    setup = machine.sh("journalctl -u cally | grep -c 'Set up Cally at http://127.0.0.1:8080/setup/'").out.strip()
    seen.see("the journal names the address of the set-up", setup == "1")
    owner = machine.run("stat", "--format=%U:%G %a", "/var/lib/cally").out.strip()
    seen.see("the state directory is its owner's alone", owner == "cally:cally 700", owner)
    seen.see("no compiled file is missing", "__pycache__" in machine.sh("ls /usr/lib/cally/cally").out)


def used(seen: Sights) -> None:
    """A host is made on the command line, a guest books over HTTP."""
    machine = seen.machine
    words = [
        "cally",
        "admin",
        "create",
        "--email",
        "ada@example.com",
        "--name",
        "Ada",
        "--slug",
        "ada",
        "--password-stdin",
    ]
    ran = machine.run(*words, text=PASSWORD + "\n")
    seen.see("`cally admin create` by root, beside the running service", ran.code == 0, ran.out if ran.code else "")
    strangers = machine.sh("find /var/lib/cally -not -user cally").out
    seen.see("and everything still belongs to the service", not strangers, strangers)
    scopes = "bookings:read,bookings:write,event-types:read,event-types:write,schedules:read,schedules:write"
    ran = machine.run("cally", "token", "create", "--account", "ada@example.com", "--scopes", scopes)
    seen.token = ran.out.strip()
    seen.see("Ada offers a meeting", machine.guest("furnish", seen.token).code == 0)
    seen.book("a guest books over HTTP")
    again = machine.guest("book", "0")
    seen.see("nobody else gets that time", again.out.startswith("409"), again.out)
    ran = machine.sh("su -s /bin/sh nobody -c 'cally admin list'")
    seen.see("who is not root is told so in words", ran.code in {1, 78} and "Traceback" not in ran.out, ran.out)
    pages = machine.run(
        "python3", "-c", "import gzip; print(gzip.open('/usr/share/man/man1/cally.1.gz','rt').read().count('.SS'))"
    )
    seen.see("the manual page names the commands", int(pages.out.strip() or 0) > 20, pages.out)
    typed = "COMP_WORDS=(cally tok); COMP_CWORD=1; _cally_completion cally; echo $COMPREPLY"
    typed = f". /usr/share/bash-completion/completions/cally; {typed}"
    ran = machine.run("bash", "-c", typed)
    seen.see("TAB completes commands", ran.out.strip().endswith("token"), ran.out)


def sandboxed(seen: Sights) -> None:
    """The sandbox, as systemd judges it, as the kernel shows it, and as an intruder would find it."""
    machine = seen.machine
    exposure = machine.sh("systemd-analyze security --no-pager cally.service | tail -1").out
    figure = re.search(r"\d+\.\d", exposure)
    seen.see(f"exposure at most {MOST_EXPOSED}", figure and float(figure[0]) <= MOST_EXPOSED, exposure)
    process = machine.main_process()
    status = machine.sh(f"grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/{process}/status").out
    words = dict(line.partition(":\t")[::2] for line in status.splitlines())
    powerless = set(words.get("CapEff", "1") + words.get("CapBnd", "1")) == {"0"} and not words.get(
        "Uid", "0"
    ).startswith("0")
    well = powerless and (words.get("NoNewPrivs"), words.get("Seccomp")) == ("1", "2")
    seen.see(
        "the running process has no capability, no new privileges, and a filter of system calls",
        well,
        " ".join(status.split()),
    )
    for place in ("/etc", "/usr/lib/cally", "/var/lib"):
        ran = machine.run("nsenter", f"--target={process}", "--mount", "touch", f"{place}/cally-probe")
        seen.see(f"not even root writes in {place} from within", "Read-only file system" in ran.out, ran.out)
    probed(seen)


def probed(seen: Sights) -> None:
    """The probe runs as a unit of its own with the very lines of cally.service."""
    machine = seen.machine
    lines = machine.run("cat", "/lib/systemd/system/cally.service").out.splitlines()
    service = lines[lines.index("[Service]") + 1 : lines.index("[Install]")]
    unit = ["[Service]", "Type=oneshot", "StandardOutput=truncate:/run/cally-probe.json"]
    unit += ["ExecStart=/usr/bin/python3 -ISB /run/cally-probe.py"]
    unit += [line for line in service if not SANDBOX_OUT.match(line)]
    machine.run("tee", "/run/systemd/system/cally-probe.service", text="\n".join(unit) + "\n")
    machine.sh("cp /root/probe.py /run/cally-probe.py; systemd-creds setup; mkdir -p /root/private")
    ran = machine.sh(
        "systemctl daemon-reload; systemctl start cally-probe.service; journalctl -u cally-probe --no-pager -n 20"
    )
    shown = machine.run("cat", "/run/cally-probe.json").out
    machine.sh(
        "rm -rf /run/systemd/system/cally-probe.service /run/cally-probe.* /root/private; systemctl daemon-reload"
    )
    try:
        found = json.loads(shown)
    except ValueError:
        seen.see("the probe ran", well=False, shown=ran.out + shown)
        return
    for name, why in found["denied"].items():
        if why or name not in NEEDS_BPF:
            seen.see(f"cannot {name}", why, why)
        else:
            print(f"  --   cannot {name}: not to be seen here, for it needs a kernel with BPF for control groups")
    for name, why in found["allowed"].items():
        seen.see(f"can {name}", not why, why)


def killed(seen: Sights) -> None:
    """kill -9."""
    seen.machine.signal_service(signal.SIGKILL)
    start = time.monotonic()
    back = seen.answers(BACK_SECONDS)
    seen.see("kill -9: back, and a waiting guest is answered", back is not None, f"{time.monotonic() - start:.1f} s")
    seen.bookings_kept("every booking is there")


def hung(seen: Sights) -> None:
    """A process that stands still, as one in an endless loop would for the watchdog."""
    machine = seen.machine
    restarts = int(machine.shown("cally.service", "NRestarts") or 0)
    machine.signal_service(signal.SIGSTOP)
    start = time.monotonic()
    came = within(UNHUNG_SECONDS + 15, lambda: int(machine.shown("cally.service", "NRestarts") or 0) > restarts)
    took = time.monotonic() - start
    seen.see(
        f"hung: restarted by the watchdog within {UNHUNG_SECONDS} s",
        came is not None and took < UNHUNG_SECONDS,
        f"{took:.0f} s",
    )
    seen.see("and answers again", seen.answers(BACK_SECONDS) is not None)
    said = machine.sh(
        "journalctl -u cally --no-pager | grep -E 'Watchdog timeout|Fatal Python error: Aborted|most recent call first'"
    ).out
    seen.see(
        "the journal says that and where it hung", "Watchdog timeout" in said and "most recent call first" in said, said
    )
    seen.bookings_kept("every booking is there")


def sealed(seen: Sights) -> None:
    """The key as an encrypted credential."""
    machine = seen.machine
    key = machine.run("cat", KEY).out.strip()
    sheet = machine.run("cally", "key", "show-recovery").out
    seen.see("the recovery sheet holds the key", key in sheet.replace(" ", "").replace("\n", ""))
    ran = machine.run("cally", "key", "seal", "--yes")
    seen.see("`cally key seal` seals it to the machine", ran.code == 0, ran.out)
    left = machine.sh(f"grep -rl {key} /var/lib/cally /etc 2>/dev/null").out
    seen.see("the key lies in no file any more", not left and not (machine.root / KEY[1:]).exists(), left)
    machine.run("systemctl", "restart", "cally")
    seen.see("the service starts with the sealed key", seen.answers(BACK_SECONDS) is not None)
    seen.bookings_kept("every booking is there")
    seen.book("a guest books")
    seen.see("root's commands find it, too", "ada@example.com" in machine.run("cally", "admin", "list").out)
    machine.run("systemctl", "stop", "cally.socket", "cally.service")
    seen.see("also while the service is stopped", "ada@example.com" in machine.run("cally", "admin", "list").out)
    machine.sh(f"mv {SEALED} /root/away")
    ran = machine.run("cally", "admin", "list")
    seen.see("without it nothing opens, and that is said", ran.code == 1 and "missing" in ran.out, ran.out)
    machine.sh(f"mv /root/away {SEALED}; systemctl start cally")
    seen.see("runs again", seen.answers(BACK_SECONDS) is not None)


def upgraded(seen: Sights, next_version: str) -> None:
    """The next version is installed while guests come."""
    machine = seen.machine
    hammering = machine.start_guest("hammer")
    ran = machine.run("dpkg", "--install", "/root/new.deb")
    seen.see("upgrades", ran.code == 0, ran.out if ran.code else "")
    seen.answers(60)
    hammering.send_signal(signal.SIGTERM)
    told = json.loads(hammering.communicate(timeout=900)[0] or "{}")
    seen.see(
        "guests waited, and none was refused",
        told.get("refused") == 0 and told.get("answered", 0) > 0,
        json.dumps(told),
    )
    version = machine.run("cally", "--version").out
    seen.see("the next version is there", version.strip().endswith(next_version), version)
    running = machine.sh(f"tr '\\0' ' ' < /proc/{machine.main_process()}/cmdline; ls /run/cally-upgrade").out
    seen.see("and nothing of the change is left over", "No such file" in running, running)
    seen.bookings_kept("every booking is there")
    seen.book("a guest books")


def removed(seen: Sights) -> None:
    """Removing keeps what people have entered."""
    machine = seen.machine
    ran = machine.run("dpkg", "--remove", "cally")
    seen.see("removes", ran.code == 0, ran.out if ran.code else "")
    seen.see("nothing listens any more", machine.guest("live").code != 0)
    program = machine.sh("ls -d /usr/lib/cally /usr/bin/cally").out
    seen.see("the program is gone, with all it compiled", program.count("No such file") == 2, program)
    seen.see("the database stays", (machine.root / "var/lib/cally/cally.db").exists())
    machine.run("dpkg", "--install", "/root/new.deb")
    seen.see("installed again, it goes on", seen.answers(60) is not None)
    seen.bookings_kept("every booking is there")


def purged(seen: Sights, before: set[str]) -> None:
    """Purging leaves nothing."""
    machine = seen.machine
    ran = machine.run("dpkg", "--purge", "cally")
    seen.see("purges", ran.code == 0 and "warning" not in ran.out, ran.out)
    left = sorted(path for path in machine.files() - before if not KEPT_BY_OTHERS.match(path))
    seen.see("no file is left", not left, " ".join(left[:20]))
    gone = sorted(path for path in before - machine.files() if not KEPT_BY_OTHERS.match(path))
    seen.see("no file of others is missing", not gone, " ".join(gone[:20]))
    seen.see("nor is the user", machine.run("getent", "passwd", "cally").code != 0)
    units = machine.sh("systemctl list-units --all --no-legend 'cally*'").out.strip()
    seen.see("nor a unit", not units, units)
