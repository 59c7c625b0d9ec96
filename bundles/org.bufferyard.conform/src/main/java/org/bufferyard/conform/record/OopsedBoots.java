package org.bufferyard.conform.record;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The boots in which a command killed its caller: what it held then, bounce slots among it, was
 * never given back. Known from the files that are replayed and from those that the product carries.
 *
 * <p>Read at the first question, as text: nothing of a line but two of its fields is needed.
 * Thread-safe.
 */
public final class OopsedBoots {
  private static final Pattern OOPS = Pattern.compile("\"oops\"\\s*:\\s*true");

  private final List<RecordFile> files;
  private Optional<Set<String>> runs = Optional.empty();

  public OopsedBoots(List<RecordFile> replayed) {
    this.files =
        Stream.concat(replayed.stream(), RecordFile.allCarried().stream())
            .distinct()
            .filter(RecordFile::holdsCases)
            .toList();
  }

  /** Whether the boot of this run is one of them. */
  public synchronized boolean in(String run) {
    if (runs.isEmpty()) {
      Set<String> found = new HashSet<>();
      files.forEach(file -> read(file, found));
      runs = Optional.of(Set.copyOf(found));
    }
    return runs.get().contains(run);
  }

  private static void read(RecordFile file, Set<String> found) {
    try (BufferedReader lines = file.open()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (OOPS.matcher(line).find()) {
          RecordFile.run(line).ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }
}
