const realNow = Date.now;
const realOffset = Date.prototype.getTimezoneOffset;

/** What this thread's clock shows now, while it is not its own. */
let given: number | undefined;
let isInstalled = false;

/**
 * Runs something at a given time, in UTC. QuickJS reads time through `Date.now` and the zone through `getTimezoneOffset` of this realm, and
 * has no other source of either (pinned by a test): so a VM sees only the time it is given. Both are put in place once, for they are far
 * slower to put in place than to ask.
 */
export function atTime<T>(now: number, work: () => T): T {
  if (!isInstalled) install();
  const before = given;
  given = now;
  try {
    return work();
  } finally {
    given = before;
  }
}

function install(): void {
  isInstalled = true;
  Date.now = () => given ?? realNow();
  Date.prototype.getTimezoneOffset = function offset(this: Date) {
    return given === undefined ? realOffset.call(this) : 0;
  };
}
