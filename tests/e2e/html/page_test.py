"""`report --format html`: the page as a file."""

from .case import Elements, PageTest


class Page(PageTest):

    def test_the_page_stands_alone(self):
        self.assert_stands_alone(self.page.read_text())

    def test_the_page_is_an_answer_for_a_domain_too(self):
        page = self.report("--domain", "expired.example")
        self.assertEqual("TLS reports on expired.example, 2026-01-01 to 2026-02-01", Elements(page).named("title")[0][1])
        self.assertNotIn("clean.example", page)

    def test_a_file_is_put_in_place_whole(self):
        path = self.directory / "written.html"
        self.assertEqual("", self.report("-o", path))
        self.assertEqual(self.page.read_text(), path.read_text())

    def test_without_scripts_the_tables_are_there(self):
        opened = [attributes for attributes, _ in Elements(self.page.read_text()).named("details") if "open" in attributes]
        self.assertEqual(3, len(opened))
