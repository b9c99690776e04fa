import { choosePorts } from '../../cli/up-ports';

const RUNNING = { emulator: 6100, https: 9443, http: 9080, dns: 6353 };

test('without a sandbox: what is asked for, else the usual ports', () => {
  expect(choosePorts({})).toEqual({ emulator: 5100, https: 8443, http: 8080, dns: 5153 });
  expect(choosePorts({ httpsPort: 9443 })).toEqual({ emulator: 5100, https: 9443, http: 8080, dns: 5153 });
});

test('with a sandbox: its own, whether they are asked for or not', () => {
  expect(choosePorts({}, RUNNING)).toEqual(RUNNING);
  expect(choosePorts({ emulatorPort: 6100, dnsPort: 6353 }, RUNNING)).toEqual(RUNNING);
});

test('others are refused, all at once', () => {
  expect(() => choosePorts({ emulatorPort: 5100, httpsPort: 8443, httpPort: 9080 }, RUNNING)).toThrow(
    'A sandbox that runs keeps its ports: --emulator-port 5100 (it runs with 6100), --https-port 8443 (it runs with 9443). Leave the option out, or end the sandbox first: npx stagecraft down',
  );
});

test('one port for two uses is refused, also when one of them is the default', () => {
  expect(() => choosePorts({ httpsPort: 9000, httpPort: 9000 })).toThrow(
    '--https-port and --http-port would both be 9000: give each a port of its own.',
  );
  expect(() => choosePorts({ httpsPort: 5100 })).toThrow(
    '--emulator-port and --https-port would both be 5100',
  );
  // UDP.
  expect(choosePorts({ dnsPort: 8443 }).dns).toBe(8443);
});
