"""Who verifies the units: these tests by reading them, everywhere, and systemd itself where it is installed."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tests.deploy.reading import unit

CONFINED = {
    "NoNewPrivileges": ["yes"],
    "CapabilityBoundingSet": [""],
    "AmbientCapabilities": [""],
    "ProtectSystem": ["strict"],
    "ProtectHome": ["yes"],
    "PrivateTmp": ["yes"],
    "PrivateDevices": ["yes"],
    "PrivateUsers": ["yes"],
    "ProtectClock": ["yes"],
    "ProtectControlGroups": ["yes"],
    "ProtectHostname": ["yes"],
    "ProtectKernelLogs": ["yes"],
    "ProtectKernelModules": ["yes"],
    "ProtectKernelTunables": ["yes"],
    "ProtectProc": ["invisible"],
    "ProcSubset": ["pid"],
    "RemoveIPC": ["yes"],
    "RestrictAddressFamilies": ["AF_INET AF_INET6 AF_NETLINK AF_UNIX"],
    "RestrictNamespaces": ["yes"],
    "RestrictRealtime": ["yes"],
    "RestrictSUIDSGID": ["yes"],
    "LockPersonality": ["yes"],
    "MemoryDenyWriteExecute": ["yes"],
    "SystemCallArchitectures": ["native"],
    "SystemCallFilter": ["@system-service", "~@privileged @resources"],
    "SystemCallErrorNumber": ["EPERM"],
    "UMask": ["0077"],
}
_KNOWN = {
    "Unit": {"Description", "Documentation", "After", "Before", "Wants", "Requires", "PartOf", "StartLimitIntervalSec"},
    "Service": {
        *CONFINED,
        *("Type", "User", "Group", "ExecStart", "LoadCredential", "Environment", "EnvironmentFile", "RemainAfterExit"),
        *("StateDirectory", "StateDirectoryMode", "Restart", "RestartSec", "TimeoutStartSec", "TimeoutStopSec"),
        *("MemoryMax", "TasksMax", "LimitNOFILE", "Nice", "IOSchedulingClass"),
    },
    "Timer": {"OnCalendar", "RandomizedDelaySec", "Persistent"},
    "Install": {"WantedBy"},
}
"""What systemd.unit(5), .service(5), .exec(5), .timer(5) and .resource-control(5) name, as far as our units need it."""

_EXPOSURE = 2.0
_EVERY_DAY = re.compile(r"\*-\*-\* ([01]\d|2[0-3])(/\d+)?:[0-5]\d:[0-5]\d")


class Verifier(Protocol):
    """`machine` is the root of a machine on which the units are installed."""

    def __init__(self, machine: Path) -> None: ...

    def complaints(self, names: Sequence[str]) -> str:
        """What is wrong with the units; empty: nothing."""
        ...

    def is_well_confined(self, name: str) -> bool: ...

    def understands(self, when: str) -> bool:
        """Whether this says when a timer is due."""
        ...


class Reading:
    """Knows the directives that our units need, and no others."""

    def __init__(self, machine: Path) -> None:
        self._machine = machine

    def complaints(self, names: Sequence[str]) -> str:
        return "\n".join(complaint for name in names for complaint in self._complaints(name))

    def is_well_confined(self, name: str) -> bool:
        service = unit(self._file(name))["Service"]
        return {key: service.get(key) for key in CONFINED} == CONFINED

    def understands(self, when: str) -> bool:
        return _EVERY_DAY.fullmatch(when) is not None

    def _complaints(self, name: str) -> list[str]:
        sections = unit(self._file(name))
        unknown = [
            f"{name}: [{section}] {key}"
            for section, keys in sections.items()
            for key in keys
            if key not in _KNOWN.get(section, ())
        ]
        programs = [command.split()[0] for command in sections.get("Service", {}).get("ExecStart", [])]
        return unknown + [f"{name}: {each}" for each in programs if not (self._machine / each.lstrip("/")).is_file()]

    def _file(self, name: str) -> Path:
        return self._machine / "etc/systemd/system" / name


class Systemd:
    """`systemd-analyze`; it starts nothing and needs no systemd that runs."""

    def __init__(self, machine: Path) -> None:
        self._machine = machine

    def complaints(self, names: Sequence[str]) -> str:
        instances = [name.replace("@.", "@1.") for name in names]
        code, said = self._analyze("verify", "--man=no", "--recursive-errors=yes", *instances)
        return said or (f"exit code {code}" if code else "")

    def is_well_confined(self, name: str) -> bool:
        most = f"--threshold={_EXPOSURE * 10:.0f}"
        code, said = self._analyze("security", "--offline=true", most, name.replace("@.", "@1."))
        told = re.search(r"exposure level for \S+: (\d+\.\d+)", said)
        assert told, said
        return code == 0 and float(told[1]) <= _EXPOSURE

    def understands(self, when: str) -> bool:
        done = subprocess.run(["systemd-analyze", "calendar", when], check=False, capture_output=True, text=True)
        return done.returncode == 0 and "Next elapse" in done.stdout

    def _analyze(self, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            ["systemd-analyze", *arguments, f"--root={self._machine}"],
            check=False,
            capture_output=True,
            text=True,
            env={"PATH": "/usr/bin:/bin", "SYSTEMD_LOG_LEVEL": "warning", "NO_COLOR": "1"},
        )
        return done.returncode, done.stdout + done.stderr


HERE: list[type[Verifier]] = [Reading, *([Systemd] if shutil.which("systemd-analyze") else [])]
"""Those that this machine has. The names of the tests tell which ones they were."""
