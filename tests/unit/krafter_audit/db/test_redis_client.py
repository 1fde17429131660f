import os
import select

from krafter_audit.db import redis_client


def test_forked_child_opens_its_own_redis_connection():
    parent_id = redis_client.connection().client_id()
    reading, writing = os.pipe()

    if (child := os.fork()) == 0:
        os.write(writing, str(redis_client.connection().client_id()).encode())
        os._exit(0)
    assert select.select([reading], [], [], 10)[0]
    child_id = int(os.read(reading, 20))
    os.waitpid(child, 0)

    assert child_id != parent_id
    assert redis_client.connection().client_id() == parent_id
