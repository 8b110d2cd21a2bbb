"""The official Python client: calls one tool and prints what came of it as JSON.

    python mcp-client.py <legacy | 2026-07-28> <address, or a command as a JSON array> <tool> <arguments as JSON>
"""

import asyncio
import json
import os
import sys

from mcp import Client, StdioServerParameters


async def main() -> None:
    mode, target, tool, arguments = sys.argv[1:]
    server: str | StdioServerParameters = target
    if target.startswith("["):
        command, *args = json.loads(target)
        server = StdioServerParameters(command=command, args=args, env=dict(os.environ))
    async with Client(server, mode=mode) as client:
        names = [listed.name for listed in (await client.list_tools()).tools]
        result = await client.call_tool(tool, json.loads(arguments))
        said = {"revision": client.protocol_version, "tools": names, "structured": result.structured_content}
        print(json.dumps(said))


asyncio.run(main())
