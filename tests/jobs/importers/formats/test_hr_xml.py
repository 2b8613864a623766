import pytest

from jobs.importers.formats import FORMATS
from kernel.errors import Invalid
from tests.jobs.importers.formats.reading import posting, postings

POSTING = """<JobPositionPosting status="new" xml:lang="fr">
  <JobPositionPostingId idOwner="Acme">P-7</JobPositionPostingId>
  <HiringOrg><HiringOrgName>Acme</HiringOrgName></HiringOrg>
  <PostDetail><StartDate><Date>2026-01-05</Date></StartDate><EndDate>2026-02-05</EndDate></PostDetail>
  <JobPositionInformation>
    <JobPositionTitle>Baker</JobPositionTitle>
    <JobPositionDescription>
      <JobPositionPurpose>Bake <P>bread</P></JobPositionPurpose>
      <JobPositionLocation><LocationSummary><Municipality>Paris</Municipality><Region>IDF</Region>
        <CountryCode>FR</CountryCode></LocationSummary></JobPositionLocation>
      <Classification><Schedule><FullTime/></Schedule></Classification>
      <CompensationDescription><Pay><SalaryMonthly currency="EUR">1.900-2.100</SalaryMonthly></Pay>
      </CompensationDescription>
    </JobPositionDescription>
    <JobPositionRequirements><QualificationsRequired><Qualification>BA/BS</Qualification></QualificationsRequired>
    </JobPositionRequirements>
  </JobPositionInformation>
  <HowToApply><ApplicationMethods><ByWeb><URL name="x">https://acme.example/7</URL></ByWeb></ApplicationMethods>
  </HowToApply>
</JobPositionPosting>"""
SAID = {
    "id": "P-7",
    "company": "Acme",
    "title": "Baker",
    "locations": [{"city": "Paris", "region": "IDF", "country": "FR"}],
    "description": "Bake <P>bread</P>",
    "salary": "1.900-2.100",
    "salary_currency": "EUR",
    "salary_period": "month",
    "education": "BA/BS",
    "employment_type": ["FullTime"],
    "language": "fr",
    "posted_at": "2026-01-05",
    "expires_at": "2026-02-05",
    "url": "https://acme.example/7",
}


def request(payload: str, action: str = "add") -> bytes:
    return f"<HRXMLRequest><Action>{action}</Action>{payload}</HRXMLRequest>".encode()


@pytest.mark.parametrize(
    "document",
    [
        POSTING.encode(),
        request(f"<Payload>{POSTING}</Payload>"),
        request(f'<Payload id="external"><![CDATA[{POSTING}]]></Payload>'),
        request(f'<Payload><![CDATA[<?xml version="1.0" encoding="ISO-8859-1"?>{POSTING}]]></Payload>'),
    ],
)
def test_posting_is_read_bare_and_as_a_payload(document):
    assert posting("hr-xml", document) == SAID


def test_several_postings_are_read():
    assert len(postings("hr-xml", f"<all>{POSTING}{POSTING}</all>".encode())) == 2


@pytest.mark.parametrize(
    ("document", "field", "reason"),
    [
        (request(f"<Payload>{POSTING}</Payload>", "Delete"), "Action", "to delete the posting"),
        (request("<Payload><![CDATA[<JobPositionPosting>]]></Payload>"), "Payload", "cannot be read"),
        (request('<Payload><![CDATA[<!DOCTYPE x [<!ENTITY a "b">]><x/>]]></Payload>'), "Payload", "declares entities"),
        (request("<Payload/>"), "Payload", "not 0"),
        (request("<Payload>a</Payload><Payload>b</Payload>"), "Payload", "several payloads"),
    ],
)
def test_request_that_holds_no_posting_to_take_in_is_refused(document, field, reason):
    with pytest.raises(Invalid, match=reason) as caught:
        postings("hr-xml", document)
    assert caught.value.field == field


def test_pay_in_two_amounts_is_read():
    pay = "<Pay><MinimumPay>10</MinimumPay><MaximumPay>12</MaximumPay><SummaryText>an hour</SummaryText></Pay>"
    record = {
        "JobPositionInformation": {
            "JobPositionDescription": {
                "CompensationDescription": {"Pay": {"MinimumPay": "10", "MaximumPay": "12", "SummaryText": "an hour"}}
            }
        }
    }
    document = f"<JobPositionPosting><JobPositionInformation><JobPositionDescription><CompensationDescription>{pay}"
    document += "</CompensationDescription></JobPositionDescription></JobPositionInformation></JobPositionPosting>"
    found = posting("hr-xml", document.encode())
    assert (found["salary_min"], found["salary_max"], found["salary"]) == ("10", "12", "an hour")
    assert FORMATS["hr-xml"].posting(record)["salary_min"] == "10"  # type: ignore[index]
