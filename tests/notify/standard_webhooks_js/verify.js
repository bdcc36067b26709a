// Reads requests as JSON lines from standard input, {secret, headers, body}; says for each what it is, or why it is refused.
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  try {
    const event = new Webhook(secret).verify(body, headers);
    console.log(JSON.stringify({ type: event.type, guest: event.data.guest.name }));
  } catch (error) {
    console.log(JSON.stringify({ refused: error.message }));
  }
}
