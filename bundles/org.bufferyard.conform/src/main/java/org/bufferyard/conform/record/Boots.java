package org.bufferyard.conform.record;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.recorded.RecordedBoot;
import org.bufferyard.platform.recorded.RecordedEnvironments;

/**
 * The boot behind a run's name: from the folder {@code env} beside the vector file, else from what
 * the product carries. Not thread-safe; boots themselves are immutable.
 */
public final class Boots {
  private static final String CARRIED = "environments.jsonl.gz";

  private final RecordedEnvironments environments;

  /** Carried environments as text, by run; read at the first need. */
  private final Map<String, String> carried = new HashMap<>();

  /** By folder and run. */
  private final Map<String, RecordedBoot> known = new HashMap<>();

  public Boots(RecordedEnvironments environments) {
    this.environments = environments;
  }

  /**
   * @param folder where the vector file lies; empty for carried ones
   * @throws BadInputException when nobody has the environment, or it is broken
   */
  public RecordedBoot boot(String run, Optional<Path> folder, String where) {
    String key = folder.map(Path::toString).orElse("") + "\n" + run;
    RecordedBoot boot = known.get(key);
    if (boot == null) {
      boot = read(run, folder, where);
      known.put(key, boot);
    }
    return boot;
  }

  private RecordedBoot read(String run, Optional<Path> folder, String where) {
    // A run is a file name here: nothing outside the folder may be reached by it.
    if (!run.matches("[A-Za-z0-9][A-Za-z0-9._+-]*")) {
      throw new BadInputException("\"run\" is no name: " + run, where, "repair the line");
    }
    Optional<Path> file =
        folder.map(f -> f.resolve("env").resolve(run + ".json")).filter(Files::isRegularFile);
    if (file.isPresent()) {
      try (Reader reader = Files.newBufferedReader(file.get())) {
        return environments.read(reader, file.get().toString());
      } catch (IOException e) {
        throw new BadInputException("cannot be read: " + e.getMessage(), file.get().toString(), "");
      }
    }
    String text = carried().get(run);
    if (text == null) {
      throw new BadInputException(
          "nothing is known about the boot " + run,
          where,
          "put its environment beside the file as env/" + run + ".json");
    }
    return environments.read(new StringReader(text), CARRIED + ": " + run);
  }

  private Map<String, String> carried() {
    if (carried.isEmpty()) {
      try (BufferedReader lines = RecordFile.carried(CARRIED).open()) {
        lines
            .lines()
            .forEach(line -> RecordFile.run(line).ifPresent(run -> carried.put(run, line)));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    return carried;
  }
}
