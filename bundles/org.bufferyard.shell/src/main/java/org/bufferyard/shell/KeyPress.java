package org.bufferyard.shell;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The next key, waited for with a bound. Streams cannot do that: a thread of its own is in the read
 * until a key comes or the input ends, and nobody looks meanwhile. Who stops waiting before leaves that
 * thread, and the next key, to itself.
 */
final class KeyPress {
  private final CompletableFuture<Integer> key = new CompletableFuture<>();

  private KeyPress() {}

  static KeyPress next(InputStream keyboard) {
    KeyPress next = new KeyPress();
    Thread.ofPlatform().daemon().name("next key").start(() -> next.read(keyboard));
    return next;
  }

  private void read(InputStream keyboard) {
    try {
      key.complete(keyboard.read());
    } catch (IOException | RuntimeException gone) {
      key.completeExceptionally(gone);
    }
  }

  /** Whether it came, or nothing can come any more, within that time. */
  boolean within(Duration time) throws IOException, InterruptedException {
    try {
      key.get(time.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException("the keyboard cannot be read", e.getCause());
    }
  }
}
