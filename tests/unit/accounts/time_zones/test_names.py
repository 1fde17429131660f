from accounts.time_zones.names import zone_names


def test_zone_names_leave_out_localtime_factory_and_posixrules() -> None:
    assert {"Europe/Vienna", "UTC"} <= zone_names()
    assert not {"localtime", "Factory", "posixrules"} & zone_names()
