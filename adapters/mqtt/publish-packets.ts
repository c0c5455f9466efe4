export type PublishedMessage = {
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly retain: boolean;
};

/** MQTT §2.2.2: type 3 in the upper half, QoS in bits 2 and 1, retain in bit 0. */
const publishType = 0x30;
const qos1Flag = 0x02;
const retainFlag = 0x01;
/** Type, four bytes of length, two lengths of two bytes, packet id, length of properties. */
const mostHeaderBytes = 1 + 4 + 2 + 2 + 1;
const firstBytes = 16_384;

/** PUBLISH packets one behind the other, in a buffer that is used again. */
export class PublishPackets {
  readonly #isVersion5: boolean;
  #buffer = Buffer.allocUnsafeSlow(firstBytes);
  #length = 0;

  constructor(isVersion5: boolean) {
    this.#isVersion5 = isVersion5;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  get capacity(): number {
    return this.#buffer.length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** @param packetId of QoS 1; undefined for QoS 0 */
  add({ topic, payload, retain }: PublishedMessage, packetId: number | undefined): void {
    const topicBytes = Buffer.byteLength(topic);
    const payloadBytes = Buffer.byteLength(payload);
    const idBytes = packetId === undefined ? 0 : 2;
    const propertyBytes = this.#isVersion5 ? 1 : 0;
    this.#reserve(mostHeaderBytes + topicBytes + payloadBytes);
    const qosFlag = packetId === undefined ? 0 : qos1Flag;
    this.#byte(publishType | qosFlag | (retain ? retainFlag : 0));
    this.#variable(2 + topicBytes + idBytes + propertyBytes + payloadBytes);
    this.#short(topicBytes);
    this.#length += this.#buffer.write(topic, this.#length);
    if (packetId !== undefined) this.#short(packetId);
    if (this.#isVersion5) this.#byte(0);
    if (typeof payload === 'string') this.#buffer.write(payload, this.#length);
    else this.#buffer.set(payload, this.#length);
    this.#length += payloadBytes;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.bytes);
    this.#buffer = larger;
  }

  #byte(value: number): void {
    this.#buffer[this.#length++] = value;
  }

  #short(value: number): void {
    this.#byte(value >> 8);
    this.#byte(value & 0xff);
  }

  /** MQTT §1.5.5: seven bits a byte, the lowest first. */
  #variable(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.#byte(rest);
  }
}
