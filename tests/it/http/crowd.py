"""Opens connections, says so, and keeps them until its input ends."""

import resource
import socket
import sys

host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
crowd = [socket.create_connection((host, port)) for _ in range(count)]
print(len(crowd), flush=True)
sys.stdin.read()
for client in crowd:
    # Whoever was cut off would be told now.
    client.sendall(b"GET")
print("kept", flush=True)
