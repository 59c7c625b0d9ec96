package org.bufferyard.shell.running;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bufferyard.platform.command.BatchCommands;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandPortTest {
  private static final int BOUND_SECONDS = 20;

  private final Commands commands = new Commands();
  private CommandPort port;

  /** Says what it was asked, or waits to be interrupted. */
  private static final class Commands implements BatchCommands {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);

    @Override
    public int run(
        List<String> arguments, PrintStream out, PrintStream err, Path workingDirectory) {
      begun.countDown();
      if (arguments.contains("wait")) {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          interrupted.countDown();
          return 3;
        }
      }
      out.print(workingDirectory + " " + arguments);
      err.println("first");
      err.print("second");
      return 1;
    }
  }

  @BeforeEach
  void open() throws IOException {
    port = CommandPort.open(commands);
  }

  @AfterEach
  void close() {
    port.close();
  }

  private Socket send(String... fields) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.number());
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(BOUND_SECONDS));
    String text = String.join("\0", fields) + "\0";
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private static String line(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = socket.getInputStream().read(); b >= 0 && b != '\n'; ) {
      line.append((char) b);
      b = socket.getInputStream().read();
    }
    return line.toString();
  }

  private static String all(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private String ticket(Socket socket) throws IOException {
    String line = line(socket);
    assertTrue(line.startsWith("ticket "), line);
    return line.substring("ticket ".length());
  }

  @Test
  void answersErrorsAndExitCodeComeApartAndWordsAsTheyWereTyped() throws IOException {
    List<String> words = List.of("why", "a b", "$(rm -rf /)", "two\nlines", "", "ü");
    String[] fields = new String[5 + words.size()];
    List<String> head = List.of("bufferyard 1", port.token(), "run", "/boards/ä", "6");
    for (int i = 0; i < fields.length; i++) {
      fields[i] = i < 5 ? head.get(i) : words.get(i - 5);
    }
    try (Socket answer = send(fields);
        Socket said = send("bufferyard 1", port.token(), "say", ticket(answer))) {
      assertEquals("/boards/ä " + words, all(answer));
      assertEquals("e first\ne second\nx 1\n", all(said));
    }
  }

  @Test
  void aWrongTokenIsRefusedAndNothingRuns() throws IOException {
    for (String token : List.of("", "x", port.token() + "0", port.token().substring(1))) {
      try (Socket answer = send("bufferyard 1", token, "run", "/tmp", "1", "why")) {
        assertEquals("refused token\n", all(answer));
      }
    }
    assertEquals(1, commands.begun.getCount());
  }

  @Test
  void aStrangersTicketIsRefused() throws IOException {
    try (Socket said = send("bufferyard 1", port.token(), "say", "0123")) {
      assertEquals("refused ticket\n", all(said));
    }
  }

  @Test
  void whatIsNoRequestIsClosedWithoutAWord() throws IOException {
    for (String text : List.of("GET / HTTP/1.1\r\n\r\n", "bufferyard 2", "")) {
      try (Socket socket = send(text, "", "")) {
        assertEquals("", all(socket));
      }
    }
    try (Socket socket = send("bufferyard 1", port.token(), "run", "here", "1", "why")) {
      assertEquals("", all(socket), "a working directory is absolute");
    }
    try (Socket socket = send("bufferyard 1", port.token(), "run", "/tmp", "many", "why")) {
      assertEquals("", all(socket));
    }
  }

  @Test
  void aCommandWhoseCallerGoesIsInterrupted() throws Exception {
    Socket answer = send("bufferyard 1", port.token(), "run", "/tmp", "1", "wait");
    Socket said = send("bufferyard 1", port.token(), "say", ticket(answer));
    assertTrue(commands.begun.await(BOUND_SECONDS, TimeUnit.SECONDS));
    said.close();
    answer.close();
    assertTrue(commands.interrupted.await(BOUND_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void closingEndsWhatIsOpen() throws IOException {
    try (Socket socket = send("bufferyard 1", port.token(), "run", "/tmp", "1", "why")) {
      ticket(socket);
      port.close();
      assertEquals(-1, socket.getInputStream().read());
    }
  }

  @Test
  void everyYardHasATokenOfItsOwn() throws IOException {
    try (CommandPort other = CommandPort.open(commands)) {
      assertEquals(64, other.token().length());
      assertTrue(!other.token().equals(port.token()));
    }
  }
}
