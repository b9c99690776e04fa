/** A service's events, in ECS's words. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html */
const MOST_EVENTS = 100;

export class ServiceEvents {
  private readonly messages: string[] = [];

  constructor(
    private readonly service: string,
    private readonly onEvent: (message: string) => void,
  ) {}

  /** A message that repeats the one before is not told again. */
  add(text: string): void {
    const message = `(service ${this.service}) ${text}`;
    if (this.messages.at(-1) === message) return;
    this.messages.push(message);
    this.messages.splice(0, this.messages.length - MOST_EVENTS);
    this.onEvent(message);
  }

  /** Oldest first. */
  list(): readonly string[] {
    return [...this.messages];
  }
}
