// The live stream: told what happens, and come back by itself when the connection is lost.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;
const LOGGED_OUT = 4401;

/**
 * Follow the stream.
 * `tell(message)` gets each message, `state("live" | "lost")` how the connection is.
 */
export function follow(tell, state) {
  let wait = FIRST_WAIT;

  function connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/api/v1/live`);
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "snapshot") {
        wait = FIRST_WAIT;
        state("live");
      }
      tell(message);
    });
    socket.addEventListener("close", ({ code }) => {
      if (code === LOGGED_OUT) {
        location.assign("/login");
        return;
      }
      state("lost");
      // Not all pages at once when a server comes back.
      setTimeout(connect, wait * (0.5 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
  }

  connect();
}
