"""Where jobs have what was asked for, as HTML that is safe to show."""

import re
from datetime import timedelta
from html import escape, unescape
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from jobs.models import Job, JobLifecycle
from jobs.search.grammar import KeywordMode, parse
from jobs.search.port import Atom, Clause, Highlights, Query, Question, SearchField
from jobs.search.postgres import highlights as module
from jobs.search.postgres import marks
from jobs.search.postgres.highlights import highlights
from jobs.search.postgres.marks import Marker, Text, Wanted
from tests.factories import CompanyFactory, JobFactory, SkillFactory
from tests.search_board import live_job, live_jobs

pytestmark = pytest.mark.django_db

_TAG = re.compile(r"<(?!/?mark>)|>(?<!<mark>)(?<!</mark>)")


def _of(job: Job, asked: str | Question) -> Highlights:
    question = parse(asked, KeywordMode.ALL) if isinstance(asked, str) else asked
    return highlights(Query(at=timezone.now(), question=question), [job.pk])[job.pk]


def _job(title: str = "Engineer", text: str = "", **values: Any) -> Job:
    return live_job(title, description_text=text, description_source=text or "-", **values)


class TestWhatIsMarked:
    def test_the_words_as_they_stand(self) -> None:
        job = _job("Senior ENGINEER (São Paulo)", company__name="Engineer & Sons")
        found = _of(job, "engineer sao")
        assert found.title == "Senior <mark>ENGINEER</mark> (<mark>São</mark> Paulo)"
        assert found.company == "<mark>Engineer</mark> &amp; Sons"
        assert found.text == ()

    @pytest.mark.parametrize(
        ("title", "asked", "marked"),
        [
            ("Engineers wanted", "engineer", ["Engineers"]),
            ("Engineer", "engineers", ["Engineer"]),
            ("Insurance Companies", "company", ["Companies"]),
            ("University of Universals", "universe", ["University", "Universals"]),  # as the index sees it
            ("Engine Engraver", "engineer", ["Engine"]),  # likewise
            ("Café Müller-Straße", "cafe muller strasse", ["Café", "Müller", "Straße"]),
            ("Cafe\u0301 chef", "café", ["Cafe\u0301"]),
            ("C++ / C# / .NET / Node.js", "c++ c# .net node", ["C++", "C#", ".NET", "Node"]),
            ("C or C++", "c", ["C"]),
            ("Women’s Health Nurse", "womens", ["Women’s"]),
            ("Night\u00adnurse", "nightnurse", ["Night\u00adnurse"]),
            ("Head of Machine Learning", '"machine learning"', ["Machine Learning"]),
            ("Learning Machine Tools", '"machine learning"', []),
            ("Machine-Learning (machine) learning", '"machine learning"', ["Machine-Learning", "machine) learning"]),
            ("Developers and development", "develop*", ["Developers", "development"]),
            ("Dev, developer", "dev", ["Dev"]),
            ("東京都のエンジニア", "エンジニア", ["エンジニア"]),
            ("東京都 engineer", "東京", ["東京"]),
            ("Инженеры", "инженер", ["Инженеры"]),
            ("Nurse or midwife", "nurse OR midwife", ["Nurse", "midwife"]),
            ("Nurse Manager", "nurse -manager", ["Nurse"]),
        ],
    )
    def test_in_a_title(self, title: str, asked: str, marked: list[str]) -> None:
        found = _of(_job(title), asked).title
        assert re.findall(r"<mark>(.*?)</mark>", found or "") == marked

    def test_a_field_word_only_there(self) -> None:
        skill = SkillFactory(name="Nurse calls")
        job = _job("Nurse", "A nurse.", skills=[skill], company=CompanyFactory(name="Nurse Ltd"))
        assert _of(job, "title:nurse") == Highlights(title="<mark>Nurse</mark>")
        assert _of(job, "skill:nurse") == Highlights(skills=("<mark>Nurse</mark> calls",))
        assert _of(job, "company:nurse") == Highlights(company="<mark>Nurse</mark> Ltd")
        assert _of(job, "nurse").text == ("A <mark>nurse</mark>.",)

    def test_what_stands_in_for_what_was_written(self) -> None:
        skill = SkillFactory(name="Kubernetes")
        job = _job("Site Reliability Engineer", skills=[skill, SkillFactory(name="Go")])
        synonym = Atom(("site", "reliability", "engineer"), weight=0.8)
        question = Question((Clause((Atom(("sre",)), synonym)),), instead=(Atom(skill=skill.pk),))
        found = _of(job, question)
        assert found.title == "<mark>Site Reliability Engineer</mark>"
        assert found.skills == ("<mark>Kubernetes</mark>",)

    def test_small_words_that_need_not_be_there_are_not(self) -> None:
        clauses = (Clause((Atom(("head",)),)), Clause((Atom(("of",)),), is_optional=True))
        assert _of(_job("Head of Data"), Question(clauses)).title == "<mark>Head</mark> of Data"

    def test_where_nothing_matches_there_is_nothing(self) -> None:
        job = _job("Baker", "Bread.")
        assert _of(job, "nurse") == Highlights()
        assert highlights(Query(at=timezone.now()), [job.pk]) == {}
        assert highlights(Query(at=timezone.now(), question=parse("-nurse", KeywordMode.ALL)), [job.pk]) == {}


class TestFragments:
    def test_at_most_three_of_about_a_line_in_their_order(self) -> None:
        filler = "word " * 99 + "word"
        text = f"First nurse. {filler} Second nurse here. {filler} A nurse and a midwife. {filler} Last nurse."
        found = _of(_job(text=text), "nurse OR midwife").text
        assert len(found) == 3
        assert "<mark>nurse</mark> and a <mark>midwife</mark>" in " ".join(found)
        assert all(len(unescape(re.sub("</?mark>", "", part))) <= module.WIDTH + 10 for part in found)
        places = [text.index(re.sub("</?mark>", "", part).strip("… ")) for part in found]
        assert places == sorted(places)

    def test_are_cut_between_words_and_say_so(self) -> None:
        text = "alpha " * 60 + "nurse " + "omega " * 60
        (found,) = _of(_job(text=text), "nurse").text
        assert found.startswith("… alpha")
        assert found.endswith("omega …")
        assert set(re.sub("</?mark>|…", "", found).split()) == {"alpha", "nurse", "omega"}

    def test_one_word_of_any_length(self) -> None:
        (found,) = _of(_job(text="x" * 3_000 + " nurse " + "y" * 3_000), "nurse").text
        assert found == "… <mark>nurse</mark> …"

    def test_lines_become_spaces(self) -> None:
        assert _of(_job(text="A\n\n nurse\tis\r\nhere"), "nurse").text == ("A <mark>nurse</mark> is here",)

    def test_no_text_is_looked_at_for_ever(self) -> None:
        job = _job(text="word " * (module.MOST_CHARACTERS // 5) + " nurse")
        assert _of(job, "nurse").text == ()
        assert len(_of(_job(text="nurse " * 10_000), "nurse").text) == 3


HOSTILE = [
    "<script>alert(1)</script> nurse",
    "nurse <img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)> nurse',
    "nurse &lt;script&gt; &amp; &#60;b&#62;",
    "<mark>nurse</mark> </mark><mark onclick=alert(1)>",
    "' onmouseover='alert(1)' nurse",
    "<nurse>",
    "<!-- nurse --> <![CDATA[nurse]]>",
]


class TestSafety:
    @pytest.mark.parametrize("text", HOSTILE)
    @pytest.mark.parametrize("asked", ["nurse", "script", "mark", "lt", "alert", '"script alert"', "src*"])
    def test_only_marks_are_mark_up(self, text: str, asked: str) -> None:
        job = _job(text, text, company=CompanyFactory(name=text), skills=[SkillFactory(name=text)])
        found = _of(job, asked)
        for html in filter(None, [found.title, found.company, *found.skills, *found.text]):
            assert not _TAG.search(html)
            assert html.count("<mark>") == html.count("</mark>")
            assert '"' not in html
            assert "'" not in html
        if found.title:
            assert unescape(re.sub("</?mark>", "", found.title)) == text

    @settings(max_examples=100, deadline=None)
    @given(st.text(alphabet=st.sampled_from("<>&\"'/ nurse=;#é東京ßＦ́\n"), max_size=80))
    def test_of_any_text(self, text: str) -> None:
        wanted = Wanted.of(parse("nurse OR e* OR 東京", KeywordMode.ALL))
        assert wanted
        marker = Marker(wanted)
        read = marker.read(text)
        marker.learn()
        html = module._marked(text, marker.spans(read, SearchField.ANY))
        if html is not None:
            assert not _TAG.search(html)
            assert html.replace("<mark>", "").replace("</mark>", "") == escape(text)


class TestWhatIsComparedAtAll:
    """Only what begins as a wanted word does, or may after folding."""

    @settings(max_examples=200, deadline=None)
    @given(
        st.text(alphabet=st.sampled_from("cCnurseİK\u212aﬁ½é\u00ad\u200d\u0301'’+#._-/ \n東京ßи"), max_size=60),
        st.sampled_from(
            ["nurse", "c++ OR c# OR c", ".net OR n*", '"nurse c" OR "c nurse"', '"東京 nurse"', "é OR k* OR fi"]
        ),
    )
    def test_nothing_is_overlooked(self, text: str, asked: str) -> None:
        wanted = Wanted.of(parse(asked, KeywordMode.ALL))
        if wanted is None:
            return
        few, all_of_them = Marker(wanted), Marker(wanted)
        read = few.read(text)
        every = Text(text, list(marks._tokens(text, 0, len(text))))
        all_of_them._texts[text] = every
        few.learn()
        all_of_them.learn()
        for field in SearchField:
            assert few.spans(read, field) == all_of_them.spans(every, field)

    def test_letters_that_fold_to_others_are_not_taken_for_plain(self) -> None:
        """Beyond ASCII a word may begin otherwise than it stands there."""
        for letter in map(chr, range(0x80, 0x110000)):
            if letter.isalnum() or marks._TOKEN.fullmatch(f"a{letter}b"):
                assert marks._CHANGING.search(letter), hex(ord(letter))

    def test_a_common_text_is_hardly_cut(self) -> None:
        wanted = Wanted.of(parse("nurse", KeywordMode.ALL))
        assert wanted
        read = Marker(wanted).read("• You’ll lead “nurses” – and doctors, in Zürich and elsewhere. (A nursery nurse.)")
        assert [word for _, word in read.candidates] == ["You’ll", "nurses", "Zürich", "nursery", "nurse"]


class TestWhichJobs:
    def test_only_live_ones(self) -> None:
        job = _job("Nurse")
        Job.objects.filter(pk=job.pk).update(lifecycle=JobLifecycle.PAUSED)
        later = live_job("Nurse", published_at=timezone.now() + timedelta(hours=1))
        draft = JobFactory(title="Nurse", draft=True)
        query = Query(at=timezone.now(), question=parse("nurse", KeywordMode.ALL))
        assert highlights(query, [job.pk, later.pk, draft.pk]) == {}

    def test_a_page_in_one_statement_once_the_words_are_known(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        jobs = live_jobs("Nurse", "Nurses", "Night Nurse")
        query = Query(at=timezone.now(), question=parse("nurse", KeywordMode.ALL))
        highlights(query, [job.pk for job in jobs])
        with django_assert_num_queries(1):
            assert len(highlights(query, [job.pk for job in jobs])) == 3
        with django_assert_num_queries(0):
            assert highlights(query, []) == {}
