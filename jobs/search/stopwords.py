"""Words that say little by themselves, in the languages that most postings are written in; folded as `words_of` does.

They need not be there where something else is asked for. Nothing is left out of the index: "IT" and "who" are words.
"""

_WORDS = """
a an the and or of in on at to for with by from as is are be we you your our this that it its i my me near
le la les un une des du de et ou en au aux dans pour par sur avec est que qui vous nous notre votre l d
der die das den dem des ein eine einen einem einer und oder im in am an auf aus bei fur mit nach von vor zu zum zur als
el los las una unos unas y o u del al con por para sin sobre es su sus
os as uma uns umas e ou do da dos das no na nos nas ao aos pelo pela com sem sob seu sua
"""
STOP_WORDS = frozenset(_WORDS.split())
