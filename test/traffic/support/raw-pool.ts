/** An instance of an API that answers with exactly the bytes it is told to. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

export class RawPool {
  /** What it answers, but to health checks: one byte for each character. */
  answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(address: string, port = 8080): Promise<RawPool> {
    const server = createServer();
    const pool = new RawPool(server);
    server.on('connection', (socket) => pool.serve(socket));
    server.listen(port, address);
    await once(server, 'listening');
    return pool;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    let text = '';
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = text.slice(0, end);
      text = '';
      if (head.startsWith('GET /healthz '))
        return void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      socket.end(this.answer, 'latin1');
    });
  }
}
