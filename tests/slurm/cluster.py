"""A Slurm cluster of two nodes with one core each, on this machine alone, for tests.

It needs root, and the Debian packages slurm-wlm and munge. Slurm's configuration must lie in its
default place, since Snakemake's job step drops SLURM_CONF: a file that is there already is another
cluster's, and nothing is started.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psutil

CONFIGURATION = Path("/etc/slurm/slurm.conf")
NODES = ("n1", "n2")
MADE_HERE = "# A cluster for the tests of a workflow: it may be removed.\n"


class Cluster:
    """The daemons of a cluster: all that `start` starts, `stop` ends by process id.

    With accounting=False the cluster keeps no record of past jobs, as many small ones.
    """

    def __init__(self, folder: Path, memory_mb: int = 8000):
        self.folder, self.memory_mb = folder, memory_mb
        self.daemons: dict[str, subprocess.Popen] = {}

    def start(self) -> None:
        """Start all daemons, and wait until both nodes take jobs."""
        for command in ("munged", "slurmctld", "slurmd", "sbatch"):
            if not shutil.which(command, path=f"{os.environ['PATH']}:/usr/sbin:/sbin"):
                raise RuntimeError(f"there is no {command}: install slurm-wlm and munge")
        if CONFIGURATION.exists() and not CONFIGURATION.read_text().startswith(MADE_HERE):
            raise RuntimeError(f"{CONFIGURATION} is of another cluster: it stays as it is")
        for name in ("state", "spool", "log"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        CONFIGURATION.parent.mkdir(exist_ok=True)
        CONFIGURATION.write_text(MADE_HERE + self.configuration())
        if not is_running("munged"):
            Path("/run/munge").mkdir(mode=0o755, exist_ok=True)
            shutil.chown("/run/munge", "munge", "munge")
            self.launch(
                "munged", "runuser", "-u", "munge", "--", "/usr/sbin/munged", "--foreground"
            )
            wait_until(lambda: Path("/run/munge/munge.socket.2").exists(), "munged")
        self.launch("slurmctld", "/usr/sbin/slurmctld", "-D")
        for node in NODES:
            self.start_node(node)
        wait_until(lambda: self.states() == dict.fromkeys(NODES, "idle"), "the nodes", 60)

    def configuration(self) -> str:
        host = socket.gethostname()
        return f"""\
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
ReturnToService=2
MinJobAge=300
SlurmdTimeout=20
KillWait=2
StateSaveLocation={self.folder}/state
SlurmctldPort=16817
SlurmctldPidFile={self.folder}/slurmctld.pid
SlurmctldLogFile={self.folder}/log/slurmctld.log
SlurmdSpoolDir={self.folder}/spool/%n
SlurmdPidFile={self.folder}/%n.pid
SlurmdLogFile={self.folder}/log/%n.log
NodeName=n[1-2] NodeHostname={host} NodeAddr=127.0.0.1 Port=[17001-17002] CPUs=1 \
RealMemory={self.memory_mb}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""

    def launch(self, name: str, *command: str) -> None:
        with open(self.folder / "log" / f"{name}.out", "ab") as out:
            self.daemons[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )

    def start_node(self, node: str) -> None:
        (self.folder / "spool" / node).mkdir(exist_ok=True)
        self.launch(node, "/usr/sbin/slurmd", "-D", "-N", node)

    def kill_node(self, node: str) -> list[int]:
        """Lose a node, as by a power cut: its daemon, and its jobs with all of their processes."""
        steps = [
            process
            for process in psutil.process_iter(["name", "environ"])
            if (process.info["environ"] or {}).get("SLURMD_NODENAME") == node
        ]
        daemon = psutil.Process(self.daemons.pop(node).pid)
        lost = [daemon, *daemon.children(recursive=True), *steps]
        for process in lost:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        return [process.pid for process in lost]

    def states(self) -> dict[str, str]:
        """State of each node: idle, alloc, down and so on."""
        told = subprocess.run(
            ["sinfo", "--Node", "--noheader", "--format=%N %t"], capture_output=True, text=True
        )
        return dict(line.split() for line in told.stdout.splitlines())

    def jobs(self) -> list[list[str]]:
        """State, node, memory, time limit and comment of the jobs that are waiting or at work."""
        told = subprocess.run(
            ["squeue", "--noheader", "--format=%T|%N|%m|%l|%k"], capture_output=True, text=True
        )
        return [line.split("|") for line in told.stdout.splitlines()]

    def stop(self) -> None:
        """End everything that was started, and take the configuration away."""
        for process in reversed(self.daemons.values()):
            process.terminate()
        for process in self.daemons.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        CONFIGURATION.unlink(missing_ok=True)


def is_running(name: str) -> bool:
    return any(process.info["name"] == name for process in psutil.process_iter(["name"]))


def wait_until(is_true, what: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not ready after {seconds} s")
        time.sleep(0.2)
