"""What the tests share that bring an IMAP server with a fault of its own."""

from tests.harness.imap_script import ScriptedImap

from .case import PASSWORD, EndToEndTest

SHORT = {"connect": "2s", "command": "2s"}
DEADLINE = 30


class ScriptedTest(EndToEndTest):

    def scripted(self, *messages, **options):
        return self.enterContext(ScriptedImap(messages, password=PASSWORD, **options))

    def collect_from(self, server, code=0, mailbox=(), **settings):
        config = self.configure(self.plain(server.port, timeout=SHORT, **dict(mailbox)), **settings)
        return self.collect(config, code=code, deadline=DEADLINE)
