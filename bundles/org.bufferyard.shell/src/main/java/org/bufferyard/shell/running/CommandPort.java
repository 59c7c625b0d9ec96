package org.bufferyard.shell.running;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.bufferyard.platform.command.BatchCommands;

/**
 * Takes command lines from other processes of this user on this machine.
 *
 * <p>Two connections a command, so that launch/bufferyard needs nothing but its shell. Both begin with
 * fields that end in NUL: the protocol's name, the token, a verb. {@code run}, the working directory,
 * the number of arguments and the arguments get back a ticket and, once somebody has come for the
 * other half, what the command answers, as it is. {@code say} and the ticket get a line for each line
 * of the command's standard error, {@code e } before it, and at last {@code x } and the exit code.
 *
 * <p>Every connection has a thread of its own. When the caller of {@code say} goes, its command is
 * interrupted.
 */
final class CommandPort implements Closeable {
  static final String PROTOCOL = "bufferyard 1";

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int TOKEN_BYTES = 32;
  private static final int HEADER_MILLIS = 5_000;

  private final BatchCommands commands;
  private final ServerSocket server;
  private final String token;

  /** Commands that were asked for, by ticket, until they have ended. */
  private final Map<String, Call> calls = new ConcurrentHashMap<>();

  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /**
   * A command.
   *
   * @param worker the thread that runs it
   * @param said hands over the connection for its standard error and exit code
   */
  private record Call(Thread worker, SynchronousQueue<Socket> said) {}

  private CommandPort(BatchCommands commands, ServerSocket server) {
    this.commands = commands;
    this.server = server;
    this.token = random();
  }

  /** Listens on a free port of the loopback and serves until it is closed. */
  static CommandPort open(BatchCommands commands) throws IOException {
    CommandPort port =
        new CommandPort(commands, new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
    Thread.ofPlatform().name("commands").daemon().start(port::accept);
    return port;
  }

  int number() {
    return server.getLocalPort();
  }

  String token() {
    return token;
  }

  private static String random() {
    byte[] bytes = new byte[TOKEN_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        Thread.ofPlatform().name("command").daemon().start(() -> serve(socket));
      } catch (IOException e) {
        // Closed, or a caller that was gone before it had come.
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setSoTimeout(HEADER_MILLIS);
      CommandRequest request = CommandRequest.read(socket.getInputStream());
      if (!isRight(request.token())) {
        write(socket, "refused token\n");
        return;
      }
      socket.setSoTimeout(0);
      switch (request) {
        case CommandRequest.Run run -> run(socket, run);
        case CommandRequest.Say say -> say(socket, say);
      }
    } catch (IOException e) {
      // The caller went, or does not speak our language: nobody to tell.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
    }
  }

  /** Takes as long for a wrong token as for the right one. */
  private boolean isRight(String offered) {
    return MessageDigest.isEqual(
        token.getBytes(StandardCharsets.UTF_8), offered.getBytes(StandardCharsets.UTF_8));
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private void run(Socket socket, CommandRequest.Run run)
      throws IOException, InterruptedException {
    String ticket = random();
    Call call = new Call(Thread.currentThread(), new SynchronousQueue<>());
    calls.put(ticket, call);
    try {
      write(socket, "ticket " + ticket + "\n");
      Socket said = call.said().poll(HEADER_MILLIS, TimeUnit.MILLISECONDS);
      if (said != null) {
        try (said) {
          answer(socket, said, run);
        }
      }
    } finally {
      calls.remove(ticket);
    }
  }

  /** Hands its socket to the thread that runs the command, which closes it. */
  private void say(Socket socket, CommandRequest.Say say)
      throws InterruptedException, IOException {
    Call call = calls.get(say.ticket());
    if (call == null || !call.said().offer(socket, HEADER_MILLIS, TimeUnit.MILLISECONDS)) {
      write(socket, "refused ticket\n");
      return;
    }
    try {
      // Nothing more is ever sent here: this ends when the caller does, or with the command.
      while (socket.getInputStream().read() >= 0) {}
    } catch (IOException e) {
      // As good as the end.
    }
    if (calls.containsKey(say.ticket())) {
      call.worker().interrupt();
    }
  }

  private void answer(Socket socket, Socket said, CommandRequest.Run run) throws IOException {
    int code;
    try (PrintStream out =
            new PrintStream(socket.getOutputStream(), false, StandardCharsets.UTF_8);
        PrintStream err =
            new PrintStream(
                new MarkedLines(said.getOutputStream()), false, StandardCharsets.UTF_8)) {
      code = commands.run(run.arguments(), out, err, run.directory());
    }
    write(said, "x " + code + "\n");
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      // It is closed as far as it will ever be.
    }
  }
}
