"""Opens connections, some of which listen, says so, and keeps them until its input ends.

For each event that its input names it waits until all who listen were told of it.
"""

import resource
import socket
import sys

host, port, idle, listening, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
crowd = [socket.create_connection((host, port)) for _ in range(idle)]
audience = [socket.create_connection((host, port)) for _ in range(listening)]
heard = [b"" for _ in audience]


def wait_for(event):
    wanted = f"event: {event}\n".encode()
    for number, client in enumerate(audience):
        while wanted not in heard[number]:
            more = client.recv(65536)
            if not more:
                sys.exit(f"cut off: {heard[number]}")
            heard[number] += more


for client in audience:
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
wait_for("snapshot")
print(len(crowd), flush=True)
for line in sys.stdin:
    wait_for(line.strip())
    print(line.strip(), flush=True)
for client in crowd:
    # Whoever was cut off would be told now.
    client.sendall(b"GET")
print("kept", flush=True)
