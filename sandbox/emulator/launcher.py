"""Starts the sandbox's AWS: moto's server on loopback, with what moto lacks and the control interface."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import threading
import uuid
from typing import Any

HOST = "127.0.0.1"
EXIT_PORT_IN_USE = 3
PARENT_POLL_SECONDS = 1.0


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--region", required=True, help="the region of calls that are not signed for one")
    parser.add_argument("--account", default="123456789012", help="the account that every caller is of")
    parser.add_argument(
        "--hosted-zone",
        action="append",
        default=[],
        metavar="NAME=ID",
        help="a Route 53 hosted zone that exists from the start",
    )
    parser.add_argument("--instance", help="what health answers, to tell this server from another")
    parser.add_argument("--parent-pid", type=int, help="exit when this process is gone")
    parser.add_argument("--faults", action="store_true", help="let a test make calls fail")
    parser.add_argument("--verbose", action="store_true", help="log every AWS call")
    return parser.parse_args(argv)


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def be_account(account: str) -> None:
    """Calls are of the account that the variable names; some of moto's own code takes its constant instead."""
    os.environ["MOTO_ACCOUNT_ID"] = account
    import moto.core
    import moto.core.models

    moto.core.DEFAULT_ACCOUNT_ID = account
    moto.core.models.DEFAULT_ACCOUNT_ID = account


def build_application(arguments: argparse.Namespace) -> tuple[Any, Any]:
    """moto is imported here and not above: a port in use must be told without the seconds that takes."""
    be_account(arguments.account)
    from moto.core.responses import BaseResponse
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    import patches
    from aws_gate import AwsGate
    from cloudformation.handlers import moto_model
    from changes import ChangeCounter
    from control_api import ControlApi
    from door import Door, OwnKey
    from faults import Faults
    from hosted_zones import seed_hosted_zone

    key = OwnKey.from_environment()
    patches.install_all()
    BaseResponse.default_region = arguments.region
    for zone in arguments.hosted_zone:
        name, _, zone_id = zone.partition("=")
        if not name or not zone_id:
            sys.exit(f"--hosted-zone {zone}: write NAME=ID, such as example.test=Z0123456789")
        seed_hosted_zone(name, zone_id)
    changes = ChangeCounter()
    faults = Faults() if arguments.faults else None
    gate = AwsGate(DomainDispatcherApplication(create_backend_app), changes, faults)
    moto_model.use_lock(gate.lock)
    instance = arguments.instance or str(uuid.uuid4())
    control = ControlApi(gate, changes, gate.lock, instance, faults)
    return Door(control, arguments.port, key), changes


def watch_parent(parent_pid: int, stop: Any) -> None:
    """A process id may be given to another process; while we are its child, our parent's id tells more."""
    is_child = os.getppid() == parent_pid
    idle = threading.Event()
    while not idle.wait(PARENT_POLL_SECONDS):
        if (is_child and os.getppid() != parent_pid) or not _exists(parent_pid):
            stop()
            return


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main(argv: list[str]) -> int:
    arguments = parse_arguments(argv)
    if not is_free(arguments.port):
        print(f"port {arguments.port} on {HOST} is in use", file=sys.stderr)
        return EXIT_PORT_IN_USE
    level = logging.DEBUG if arguments.verbose else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    for noisy in ("botocore", "urllib3", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    os.environ["MOTO_PORT"] = str(arguments.port)
    # AmazonECSTaskExecutionRolePolicy and its like exist in every account.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

    application, changes = build_application(arguments)

    from werkzeug.serving import WSGIRequestHandler, make_server

    class QuietHandler(WSGIRequestHandler):
        def log_request(self, code: Any = "-", size: Any = "-") -> None:
            """The gate logs the calls, by service and action."""

    server = make_server(HOST, arguments.port, application, threaded=True, request_handler=QuietHandler)

    def stop(*_: Any) -> None:
        changes.close()
        # shutdown() waits for serve_forever(), which this thread may be in.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if arguments.parent_pid:
        threading.Thread(target=watch_parent, args=(arguments.parent_pid, stop), daemon=True).start()
    server.serve_forever()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
