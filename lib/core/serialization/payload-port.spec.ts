import { PayloadPort } from './payload-port.js';
import { jsonPayloadSerializer, type PayloadSerializer } from './payload-serializer.js';

const portOf = (serializer: PayloadSerializer): PayloadPort => new PayloadPort(serializer, undefined, Infinity);

/** What a value is handed over as that a step has just brought forth. */
function reread(port: PayloadPort, value: unknown): unknown {
  return port.reread(value, port.toText(value, 'value'));
}

describe('What a step has just brought forth', () => {
  it.each([['text'], [0], [-1.5], [1e21], [true], [null], [undefined]])('comes back as it is: %p', (value) => {
    expect(reread(portOf(jsonPayloadSerializer), value)).toBe(value);
  });

  it('comes back as JSON says where it says something else', () => {
    const port = portOf(jsonPayloadSerializer);

    expect(Object.is(reread(port, -0), 0)).toBe(true);
    expect(reread(port, new Date(0))).toBe('1970-01-01T00:00:00.000Z');
  });

  it('is another object than the one that the step still holds', () => {
    const value = { items: [1] };

    const handed = reread(portOf(jsonPayloadSerializer), value);

    expect(handed).toEqual(value);
    expect(handed).not.toBe(value);
  });

  it('is read by the serializer that wrote it', () => {
    const rounding: PayloadSerializer = {
      serialize: (value) => String(Math.round(value as number)),
      deserialize: (text) => Number(text),
    };

    expect(reread(portOf(rounding), 1.4)).toBe(1);
  });
});
