package org.bufferyard.itest.running;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.bufferyard.itest.running.LaunchedYard.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A yard that stays, and commands that go to it. */
final class RunningYardTest {
  private static final String BOARD = "launch/yards/thread-2017/board.topology";

  @TempDir Path folder;

  @Test
  void commandsGoToTheYardAndAnswerAsByThemselves() throws Exception {
    String[] question = {"explain", BOARD, "codec", "scaler"};
    Run alone = LaunchedYard.run(folder, question);
    try (LaunchedYard yard = LaunchedYard.start(folder)) {
      yard.endInput();
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(yard.file())));
      Run handedOver = yard.command(question);
      assertEquals(alone.code() + alone.out() + alone.err(),
          handedOver.code() + handedOver.out() + handedOver.err());
      Run second = yard.command(question);
      System.out.printf(
          "explain by itself %d ms, by a running yard %d ms%n", alone.millis(), second.millis());
      Run status = yard.command("status");
      assertTrue(status.out().startsWith("running, process " + yard.pid()), status.out());

      Run bad = yard.command("explain", BOARD, "codec", "no such; device\n\"x\"");
      assertEquals(2, bad.code());
      assertEquals("", bad.out());
      assertEquals(1, bad.err().lines().count(), bad.err());
      assertTrue(bad.err().startsWith("bufferyard: "), bad.err());

      long begin = System.nanoTime();
      assertEquals(143, yard.terminate());
      System.out.printf(
          "SIGTERM to exit: %d ms%n",
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
      assertFalse(Files.exists(yard.file()), "who asks now is not sent to nobody");
    }
  }

  @Test
  void aPipeIsReadAndItsEndDoesNotStopTheYard() throws Exception {
    try (LaunchedYard yard = LaunchedYard.start(folder)) {
      yard.type("nonsense");
      yard.await(line -> line.equals("bufferyard: Command not found: nonsense"));
      yard.type("plugin:list");
      yard.await(line -> line.equals("every bundle belongs to a feature"));
      yard.type("feature:remove nobody");
      yard.await(line -> line.startsWith("bufferyard: feature nobody is not installed"));
      yard.endInput();
      assertEquals(0, yard.command("status").code());
      assertEquals(0, yard.command("stop").code());
      assertEquals(0, yard.exitCode());
    }
  }

  @Test
  void aYardThatIsGoneIsSaidOnceAndDoneWithout() throws Exception {
    try (LaunchedYard yard = LaunchedYard.start(folder)) {
      yard.kill();
      Run first = yard.command("why", "camera");
      assertEquals(0, first.code());
      assertEquals(
          "bufferyard: ignoring %s: the yard of process %d is gone\n"
              .formatted(yard.file(), yard.pid()),
          first.err());
      Run second = yard.command("why", "camera");
      assertEquals("", second.err());
      assertEquals(first.out(), second.out());
    }
  }

  @Test
  void aWrongTokenIsSaidAndDoneWithout() throws Exception {
    try (LaunchedYard yard = LaunchedYard.start(folder)) {
      String text = Files.readString(yard.file());
      Files.writeString(yard.file(), text.replaceFirst("token .", "token x"));
      Run run = yard.command("why", "camera");
      assertEquals(0, run.code());
      assertEquals(
          "bufferyard: ignoring %s: process %d does not take its token\n"
              .formatted(yard.file(), yard.pid()),
          run.err());
      Run refused = yard.command("stop");
      assertEquals(2, refused.code());
      assertTrue(refused.err().endsWith("start one with 'launch/bufferyard start'\n"), refused.err());
      assertTrue(yard.isRunning());
    }
  }
}
