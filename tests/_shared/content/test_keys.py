from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack._shared.content.keys import fits_xml


@settings(deadline=None)
@given(
    st.text() | st.text(st.sampled_from("a\t\n\r\x00\x0b\x1f\x7f\x85\ufffd\ufffe\uffff\U0010ffff"))
)
def test_a_key_fits_if_xml_gives_it_back(key: str) -> None:
    element = ElementTree.Element("Key")
    element.text = key
    try:
        back = ElementTree.fromstring(ElementTree.tostring(element)).text or ""
    except ElementTree.ParseError:
        back = None
    if fits_xml(key):
        assert back == key
    else:  # Python's parser takes these two
        assert back != key or {"\ufffe", "\uffff", "\r"} & set(key)


@pytest.mark.parametrize("key", ["\x00", "a\x1b", "\ufffe", "\uffff", "line\r"])
def test_keys_that_s3_refuses_in_a_document(key: str) -> None:
    assert not fits_xml(key)
