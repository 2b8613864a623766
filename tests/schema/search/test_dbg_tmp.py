import pytest
from tests.contracts.test_search_guide import board
from jobs.selectors.search import *
from jobs.models import *
from kernel.viewer import ANONYMOUS
@pytest.mark.django_db
def test_x(board):
    r=search(ANONYMOUS, SearchRequest(text="wound care", size=5))
    print("QQ", r.query.question); print("QQ", r.total, r.correction, r.broadened, r.expansions, [h.job.title for h in r.hits])
    r=search(ANONYMOUS, SearchRequest(text="wound care", size=5, is_expanded=False, is_corrected=False, is_broadened=False))
    print("QQ", r.query.question); print("QQ", r.total, [h.job.title for h in r.hits])
    print("QQ", list(SearchTerm.objects.values_list("term","jobs"))[:40])
    assert 0
