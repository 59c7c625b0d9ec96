package org.bufferyard.shell.command;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A command, as a service of this bundle. Several calls may run at once: what a call parses into is
 * made anew each time.
 */
public interface ShellCommand {

  /**
   * What the command line is parsed into.
   *
   * @return a fresh object with picocli's annotations
   */
  Call newCall();

  /** One call: its options are set, now it answers. */
  interface Call {
    /**
     * @param directory absolute; relative paths of the command line start here
     */
    Answer answer(Path directory);

    /**
     * The same, for a command that takes its time.
     *
     * @param progress told a line now and then, for a person who waits
     */
    default Answer answer(Path directory, Consumer<String> progress) {
      return answer(directory);
    }

    /** Runs when the answer is written: a command that stays waits here until it shall end. */
    default void stay() throws InterruptedException {}

    /** The options every command has. */
    CommonOptions common();
  }

  /** One that takes its time, and says how far it is to whoever wants to know. */
  interface SlowCall extends Call {
    @Override
    default Answer answer(Path directory) {
      return answer(directory, line -> {});
    }

    @Override
    Answer answer(Path directory, Consumer<String> progress);
  }
}
