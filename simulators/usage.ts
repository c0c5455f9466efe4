const english = `Simulated plants that speak real wire protocols, for tests and demonstrations.

usage: node simulators/main.ts [options]

  --plants line,park           plants to host (default: all; none: only proxies)
  --seed 2023                  same seed, same instants: same bytes
  --start 2023-06-21T00:00:00Z first instant (default: now; with --lock-step 2023-06-21T00:00:00Z)
  --lock-step                  time moves only by POST /advance
  --speed 1                    simulated seconds a second, 0.01 to 1000
  --host 127.0.0.1             address of the devices; the control port is always on loopback
  --panel-length-mm 18000      panel length of the welding line, 200 to 30000
  --park-meter-error on        class error of the park's meters; off: registers equal the truth
  --park-time-of-day real      hour of the park's sun, load, cars and tariff at the start, e.g. 10:00;
                               timestamps stay as they are
  --park-demand-target-kw off  grid import in kW that the park's battery holds
  --park-ocpp off              address that the chargers connect to by OCPP 1.6J as well, e.g.
                               ws://127.0.0.1:9000/ocpp; password from SIMULATOR_OCPP_PASSWORD
  --park-step-seconds 5        over how long the park's powers are constant; 900 is fast enough for
                               a year, and makes every quarter of an hour one value
  --park-registers-since start day from which the park's registers count, in UTC, e.g.
                               2023-01-01T00:00:00Z: started again, it shows what it would have
  --proxy NAME@PORT=HOST:PORT  proxy with faults in front of any TCP server, device proxy.NAME;
                               =modbus://HOST:PORT knows Modbus frames, =line.plc leads to a
                               simulated server; a list by commas, or the option again
  --exit-with-stdin            ends when standard input ends, so with whoever started it
  --help

OPC UA server of the welding line:
  --line-opcua-anonymous on    off: only the user operator, by password
  --line-opcua-password TEXT   password of operator (or SIMULATOR_OPCUA_PASSWORD); without one
                               nobody is let in by name
  --pki-folder PATH            keeps keys and certificates (default: a temporary folder)

ports, 0 for any free one:
  --control-port 15000         HTTP: time, truth, overrides, faults
  --line-plc-port 15020        welding line PLC, Modbus TCP
  --line-opcua-port 15021      welding line, OPC UA; off leaves it out and starts a second faster
  --park-pv-port 15030         PV inverters, Modbus TCP
  --park-meter-port 15031      meters, Modbus TCP
  --park-storage-port 15032    battery storage, Modbus TCP
  --park-charger-port 15033    EV chargers, Modbus TCP
  --park-revenue-port off      revenue meters behind a serial server, DL/T 645-2007 over TCP

One line of JSON on stdout names all addresses when everything is up. Logs go to stderr.
`;

const chinese = `用真实协议通信的仿真现场，供测试与演示使用。

用法：node simulators/main.ts [选项]

  --plants line,park           要仿真的现场（默认全部；none：只运行代理）
  --seed 2023                  种子与时刻相同，则字节相同
  --start 2023-06-21T00:00:00Z 起始时刻（默认当前时间；使用 --lock-step 时为 2023-06-21T00:00:00Z）
  --lock-step                  时间只随 POST /advance 推进
  --speed 1                    每秒推进的仿真秒数，0.01 至 1000
  --host 127.0.0.1             设备的监听地址；控制端口始终只在本机回环地址
  --panel-length-mm 18000      焊接产线的管屏长度，200 至 30000
  --park-meter-error on        园区电表的等级误差；off：寄存器与真值一致
  --park-time-of-day real      起始时园区日照、用电、车辆与电价的钟点，例如 10:00；时间戳不变
  --park-demand-target-kw off  园区储能所保持的电网购电功率，kW
  --park-ocpp off              充电桩另以 OCPP 1.6J 连接的地址，例如 ws://127.0.0.1:9000/ocpp；
                               口令取自 SIMULATOR_OCPP_PASSWORD
  --park-step-seconds 5        园区功率保持不变的秒数；900 足够快，可仿真一年，每一刻钟为一个值
  --park-registers-since start 园区累计寄存器自哪一天起计数（UTC），例如 2023-01-01T00:00:00Z；
                               重新启动后寄存器与从未停止时相同
  --proxy NAME@PORT=HOST:PORT  在任意 TCP 服务前的故障代理，设备名为 proxy.NAME；
                               =modbus://HOST:PORT 可识别 Modbus 帧，=line.plc 指向仿真服务器；
                               可用逗号列出多个，也可重复此选项
  --exit-with-stdin            标准输入结束时退出，即随启动者一同结束
  --help

焊接产线的 OPC UA 服务器：
  --line-opcua-anonymous on    off：只允许用户 operator 凭密码登录
  --line-opcua-password TEXT   operator 的密码（或 SIMULATOR_OPCUA_PASSWORD）；未设置时不能凭用户名登录
  --pki-folder PATH            保存密钥与证书的目录（默认为临时目录）

端口，0 表示任意空闲端口：
  --control-port 15000         HTTP：时间、真值、改写输入、故障
  --line-plc-port 15020        焊接产线 PLC，Modbus TCP
  --line-opcua-port 15021      焊接产线，OPC UA；off：不启动，可快一秒
  --park-pv-port 15030         光伏逆变器，Modbus TCP
  --park-meter-port 15031      电表，Modbus TCP
  --park-storage-port 15032    储能，Modbus TCP
  --park-charger-port 15033    充电桩，Modbus TCP
  --park-revenue-port off      串口服务器后的计量电表，DL/T 645-2007 over TCP

全部就绪后，在标准输出以一行 JSON 给出所有地址。日志输出到标准错误。
`;

/** How the program is called, in the language of `SEAMWATT_LANG`, else of the locale; English where neither is Chinese. */
export const usageIn = (environment: { readonly [name: string]: string | undefined }): string => {
  const names = ['SEAMWATT_LANG', 'LC_ALL', 'LC_MESSAGES', 'LANG'];
  const chosen = names
    .map((name) => environment[name])
    .find((value) => value !== undefined && value !== '');
  return chosen?.toLowerCase().startsWith('zh') === true ? chinese : english;
};
