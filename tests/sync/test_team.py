"""Who is in the team is read from the columns that say it, and so is what they own."""

from sheetcrm.sync.team import colleagues, read_team


def test_only_names_owners_and_ids_are_asked_for(office):
    office.fill("Team", [{"Name": "Ann", "E-mail": "ann@x.org"}, {"Name": "Bo", "E-mail": "bo@x.org"}])
    office.fill("Customers", [{"Customer ID": "C1", "Name": "x", "Owner": "Ann"}, {"Name": "no id", "Owner": "Ann"}])
    gateway = office.gateway
    office.running.forget_requests()
    reading = read_team(gateway, office.template)
    assert gateway.counts.reads == 2
    assert {sheet: set(one.cells) for sheet, one in reading.extracts.items()} == {
        "customers": {"id", "owner"},
        "team": {"name", "email"},
    }
    (asked,) = office.running.requests("sheets.spreadsheets.values.batchGetByDataFilter")
    assert asked.body.count(b"metadataValue") == 4
    assert {one.name: one.owns for one in colleagues(reading)} == {"Ann": 2, "Bo": 0}


def test_rows_stand_where_they_stand_although_little_of_them_is_read(office):
    office.fill(
        "Customers", [{"Name": "nobody's"}, {"Customer ID": "C1", "Owner": "Ann"}, {"Name": "x", "Owner": "Ann"}]
    )
    reading = read_team(office.gateway, office.template)
    assert [row.number for row in reading.extracts["customers"].rows] == [3, 4]
