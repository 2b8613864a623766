import io

from jobs.progress import LONGEST, Line, Progress, bar, duration


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_line_is_written_over_and_cleared() -> None:
    stream = Terminal()
    line = Line(stream)
    line.show("1 of 2")
    line.show("x" * 500)
    line.clear()
    assert stream.getvalue().split("\r\x1b[K") == ["", "1 of 2", "x" * LONGEST, ""]


def test_line_is_for_terminals_that_want_it() -> None:
    file, terminal = io.StringIO(), Terminal()
    Line(file).show("1 of 2")
    Line(terminal, is_wanted=False).show("1 of 2")
    assert (file.getvalue(), terminal.getvalue()) == ("", "")


def test_bar_is_as_long_as_the_share() -> None:
    assert [bar(share).count("█") for share in (0, 0.5, 1)] == [0, 15, 30]
    assert len(bar(0.01)) == len(bar(1)) == 30


def test_terminal_gets_a_bar_with_rate_and_time_left() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, clock)
    progress.start("Postings", 1000)
    clock.now += 10
    progress.show(250)
    last = stream.getvalue().split("\r\x1b[K")[-1]
    assert last == "████████······················ Postings 250 of 1,000, 25 a second, 30 s left"


def test_bar_is_not_drawn_more_often_than_one_can_read() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, clock)
    progress.start("Postings", 1000)
    for done in range(1, 900):
        clock.now += 0.001
        progress.show(done)
    assert stream.getvalue().count("\r") == 1 + 4


def test_finished_bar_ends_its_line() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, clock)
    progress.start("Postings", 10)
    clock.now += 2
    progress.show(10)
    assert stream.getvalue().endswith("Postings 10 of 10, 5 a second, 2 s\n")


def test_file_gets_a_line_for_each_tenth() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, clock)
    progress.start("Postings", 1000)
    for done in range(0, 1001, 50):
        clock.now += 1
        progress.show(done)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[0].startswith("Postings 100 of 1,000, ")
    assert not any("\r" in line for line in lines)


def test_nothing_to_do_is_shown_as_done() -> None:
    stream = Terminal()
    Progress(stream, Clock()).start("People", 0)
    assert stream.getvalue().endswith("People 0 of 0\n")


def test_durations_read_like_a_clock() -> None:
    assert [duration(seconds) for seconds in (4.4, 125, 4200)] == ["4 s", "2 min 05 s", "1 h 10 min"]
