"""A pymodbus server: usage modbus-server.py tcp | rtu-over-tcp | rtu PATH.

Prints its port (or the path) when it is ready and serves until its standard input ends. Unit 1 holds 230.5,
-123456789 and 2^40 + 7 in every byte order; unit 2 holds its addresses.
"""
import asyncio
import struct
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer


def words(big_endian, order):
    """Registers of a big-endian value in the given order of its 32-bit naming."""
    registers = list(struct.unpack(">%dH" % (len(big_endian) // 2), big_endian))
    if order in ("CDAB", "DCBA"):
        registers.reverse()
    if order in ("BADC", "DCBA"):
        registers = [(register >> 8) | ((register & 0xFF) << 8) for register in registers]
    return registers


def valued():
    registers = [0] * 200
    for index, order in enumerate(("ABCD", "CDAB", "BADC", "DCBA")):
        at = 20 * index
        registers[at:at + 2] = words(struct.pack(">f", 230.5), order)
        registers[at + 2:at + 4] = words(struct.pack(">i", -123456789), order)
        registers[at + 4:at + 8] = words(struct.pack(">q", 2**40 + 7), order)
        registers[at + 8:at + 12] = words(struct.pack(">d", 230.5), order)
    registers[100:104] = list(struct.unpack(">4H", b"P-42\0\0\0\0"))
    return registers


def unit(registers):
    bits = [address % 3 == 0 for address in range(100)]
    return ModbusSlaveContext(
        co=ModbusSequentialDataBlock(0, bits),
        di=ModbusSequentialDataBlock(0, bits),
        hr=ModbusSequentialDataBlock(0, registers),
        ir=ModbusSequentialDataBlock(0, registers),
        zero_mode=True,
    )


async def main():
    context = ModbusServerContext(
        slaves={1: unit(valued()), 2: unit(list(range(200)))}, single=False
    )
    if sys.argv[1] == "rtu":
        server = ModbusSerialServer(context, framer=ModbusRtuFramer, port=sys.argv[2], baudrate=19200)
        await server.start()
        print(sys.argv[2], flush=True)
        serving = asyncio.ensure_future(server.serve_forever())
    else:
        framer = ModbusSocketFramer if sys.argv[1] == "tcp" else ModbusRtuFramer
        server = ModbusTcpServer(context, framer=framer, address=("127.0.0.1", 0))
        serving = asyncio.ensure_future(server.serve_forever())
        while server.server is None:
            await asyncio.sleep(0.01)
        print(server.server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)
    serving.cancel()


asyncio.run(main())
