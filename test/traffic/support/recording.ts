/** An instance that keeps each byte it gets, by connection, and refuses nothing: what a request was, is asked later. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { readAll, standard } from './lenient';

const health = 'GET /healthz ';
const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

export class RecordingServer {
  /** What came on each connection, one character for each byte. Connections of health checks are left out. */
  readonly connections: { bytes: string }[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.take(socket));
  }

  static async start(address: string, port = 8080): Promise<RecordingServer> {
    const server = createServer();
    const recording = new RecordingServer(server);
    server.listen(port, address);
    await once(server, 'listening');
    return recording;
  }

  forget(): void {
    for (const connection of this.connections) connection.bytes = '';
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(socket: Socket): void {
    const connection = { bytes: '' };
    /** Where the request begins that has no answer yet. */
    let unanswered = '';
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      unanswered += text;
      if (connection.bytes === '' && unanswered.startsWith(health)) return void socket.end(answer);
      if (!this.connections.includes(connection)) this.connections.push(connection);
      connection.bytes += text;
      for (const { whole, rest } of readAll(unanswered, standard)) {
        if (!whole) break;
        unanswered = rest;
        socket.write(answer);
      }
    });
  }
}
