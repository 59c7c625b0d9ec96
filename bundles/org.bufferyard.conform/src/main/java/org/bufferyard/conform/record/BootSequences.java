package org.bufferyard.conform.record;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.recorded.RecordedBoot;

/**
 * Cases that must be replayed in the order of their boot: those of kernels with dma-debug, whose books
 * nobody clears between two cases. A case whose log names no process has no known place; it is
 * replayed by itself, as are all cases of other kernels. Used by one thread.
 */
public final class BootSequences {
  private final List<BootSequence> sequences = new ArrayList<>();

  /** Whether the case was taken in; if not, it hangs on no other. */
  public boolean take(RecordedCase recorded, RecordedBoot boot) {
    if (!boot.debugsDma() || recorded.process().isEmpty() || recorded.isAdvisory()) {
      return false;
    }
    of(boot).add(recorded);
    return true;
  }

  private BootSequence of(RecordedBoot boot) {
    return sequences.stream()
        .filter(s -> s.boot() == boot)
        .findFirst()
        .orElseGet(
            () -> {
              sequences.add(new BootSequence(boot));
              return sequences.getLast();
            });
  }

  /**
   * Everything that was taken in, together with cases of the same boots in files of which not every
   * case is replayed.
   */
  public List<BootSequence> complete(List<RecordFile> others) {
    if (!sequences.isEmpty()) {
      others.stream().filter(RecordFile::holdsCases).forEach(this::readContext);
    }
    return List.copyOf(sequences);
  }

  private void readContext(RecordFile file) {
    int number = 0;
    try (BufferedReader lines = file.open()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        List<BootSequence> wanting = wanting(line);
        if (!wanting.isEmpty()) {
          RecordedCase recorded = CaseReader.read(line, file.name() + ":" + number);
          if (recorded.process().isPresent()) {
            wanting.forEach(s -> s.addContext(recorded));
          }
        }
      }
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }

  /** Read as text: most lines are of other boots. */
  private List<BootSequence> wanting(String line) {
    Optional<String> run = RecordFile.run(line);
    return sequences.stream().filter(s -> run.equals(Optional.of(s.boot().run()))).toList();
  }
}
