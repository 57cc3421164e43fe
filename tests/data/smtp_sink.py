"""A mail server for the tests: smtp_sink.py PORT FOLDER [DIE_AFTER]

With FOLDER/cert.pem and FOLDER/key.pem it offers STARTTLS.

Keeps each message in FOLDER. Says its port on the first line, then serves. After DIE_AFTER messages it dies
before it acknowledges the last, as a server does whose machine loses its power. Addresses that begin with
"refuse" are refused for good and those that begin with "later" for now, until FOLDER/accept exists.
"""

import asyncio
import os
import ssl
import sys
import uuid

from aiosmtpd.smtp import SMTP

port, folder = int(sys.argv[1]), sys.argv[2]
die_after = int(sys.argv[3]) if len(sys.argv) > 3 else None


class Sink:
    kept = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if not os.path.exists(os.path.join(folder, "accept")):
            if address.startswith("refuse"):
                return "550 5.1.1 <%s>: nobody of that name" % address
            if address.startswith("later"):
                return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        with open(os.path.join(folder, "%s.eml" % uuid.uuid4()), "wb") as file:
            file.write(envelope.content)
        self.kept += 1
        if self.kept == die_after:
            os._exit(9)
        return "250 2.0.0 kept"


def tls():
    certificate = os.path.join(folder, "cert.pem")
    if not os.path.exists(certificate):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, os.path.join(folder, "key.pem"))
    return context


async def main():
    sink, context = Sink(), tls()
    loop = asyncio.get_running_loop()
    smtp = lambda: SMTP(sink, hostname="sink.test", loop=loop, tls_context=context)
    server = await loop.create_server(smtp, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
