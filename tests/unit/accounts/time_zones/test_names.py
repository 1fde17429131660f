from accounts.time_zones.names import zone_names


def test_zone_of_the_server_is_no_name() -> None:
    assert {"Europe/Vienna", "UTC"} <= zone_names()
    assert not {"localtime", "Factory", "posixrules"} & zone_names()
