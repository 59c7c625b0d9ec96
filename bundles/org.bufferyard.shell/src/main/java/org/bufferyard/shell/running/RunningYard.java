package org.bufferyard.shell.running;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.bufferyard.platform.command.BatchCommands;
import org.bufferyard.platform.input.BadInputException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The yard that stays in this process, if it was started. Safe for any thread. */
@Component(service = RunningYard.class)
public final class RunningYard {
  private final BatchCommands commands;

  /** Opens when the yard shall end: somebody says so, or the framework stops. */
  private final CountDownLatch leaving = new CountDownLatch(1);

  private volatile Optional<CommandPort> port = Optional.empty();
  private volatile Optional<StartedYard> started = Optional.empty();

  @Activate
  public RunningYard(@Reference BatchCommands commands) {
    this.commands = commands;
  }

  @Deactivate
  void close() {
    leave();
    port.ifPresent(
        open -> {
          RunningFile.ofThisProcess().ifPresent(file -> file.remove(open.token()));
          open.close();
        });
  }

  /**
   * From now on other processes of this user may give it commands.
   *
   * @param yard what was started
   * @return a line for a person: another yard is no longer reached; empty when there is none
   */
  public Optional<String> begin(StartedYard yard) {
    started = Optional.of(yard);
    Optional<RunningFile> file = RunningFile.ofThisProcess();
    if (file.isEmpty()) {
      return Optional.empty();
    }
    Optional<Long> other = file.get().holder();
    try {
      CommandPort open = CommandPort.open(commands);
      port = Optional.of(open);
      file.get().write(open.number(), open.token());
    } catch (IOException e) {
      throw new BadInputException(
          "no port of this machine is free for commands", "start", e.getMessage());
    }
    return other.map(
        pid ->
            "process "
                + pid
                + " is a running yard too; commands come here now (BUFFERYARD_YARD=FILE keeps yards"
                + " apart)");
  }

  public boolean isStarted() {
    return started.isPresent();
  }

  /**
   * For commands that make no sense in a process of their own.
   *
   * @throws BadInputException when no yard runs here
   */
  public StartedYard require(String command) {
    return started.orElseThrow(
        () ->
            new BadInputException(
                "no yard is running", command, "start one with 'launch/bufferyard start'"));
  }

  /** Ends {@link #await}. */
  public void leave() {
    leaving.countDown();
  }

  /** Waits until the yard shall end. */
  public void await() throws InterruptedException {
    leaving.await();
  }
}
