package org.bufferyard.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.felix.service.command.CommandSession;
import org.bufferyard.platform.live.LiveYards;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A key is waited for without a look at the keyboard in between. */
@Timeout(60)
final class KeyPressTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** A terminal: blocks in read, and counts who polls. */
  private static final class Keyboard extends InputStream {
    final BlockingQueue<Integer> keys = new LinkedBlockingQueue<>();
    final AtomicInteger polls = new AtomicInteger();
    final AtomicInteger reads = new AtomicInteger();

    @Override
    public int read() throws IOException {
      reads.incrementAndGet();
      try {
        return keys.take();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public int available() {
      polls.incrementAndGet();
      return keys.isEmpty() ? 0 : 1;
    }
  }

  @Test
  void oneReadIsAllThatTheKeyboardSees() throws Exception {
    Keyboard keyboard = new Keyboard();
    KeyPress key = KeyPress.next(keyboard);
    for (int i = 0; i < 20; i++) {
      assertFalse(key.within(Duration.ofMillis(1)));
    }
    keyboard.keys.add((int) 'q');
    assertTrue(key.within(LONG));
    assertTrue(key.within(LONG), "it came once and for all");
    assertEquals(1, keyboard.reads.get());
    assertEquals(0, keyboard.polls.get());
  }

  @Test
  void theEndOfTheInputIsAnAnswerToo() throws Exception {
    assertTrue(KeyPress.next(InputStream.nullInputStream()).within(LONG));
  }

  @Test
  void aKeyboardThatBreaksIsSaid() {
    InputStream closed = InputStream.nullInputStream();
    assertThrows(
        IOException.class,
        () -> {
          closed.close();
          KeyPress.next(closed).within(LONG);
        });
  }

  @Test
  void theTopIsRefreshedUntilAKeyIsPressed() throws Exception {
    Keyboard keyboard = new Keyboard();
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    // The second screen has somebody press a key.
    AtomicInteger screens = new AtomicInteger();
    LiveYards none =
        (LiveYards)
            proxy(
                LiveYards.class,
                () -> {
                  if (screens.incrementAndGet() == 2) {
                    keyboard.keys.add((int) '\n');
                  }
                  return List.of();
                });
    CommandSession session =
        (CommandSession)
            Proxy.newProxyInstance(
                KeyPressTest.class.getClassLoader(),
                new Class<?>[] {CommandSession.class},
                (self, method, arguments) ->
                    method.getName().equals("getKeyboard")
                        ? keyboard
                        : new PrintStream(screen, true, StandardCharsets.UTF_8));
    new GogoYards(none).top(session);
    assertEquals(2, screens.get());
    assertEquals(0, keyboard.polls.get());
    assertTrue(screen.toString(StandardCharsets.UTF_8).contains("press return to leave"));
  }

  private interface Answer {
    Object get();
  }

  private static Object proxy(Class<?> type, Answer answer) {
    return Proxy.newProxyInstance(
        KeyPressTest.class.getClassLoader(),
        new Class<?>[] {type},
        (self, method, arguments) -> answer.get());
  }
}
