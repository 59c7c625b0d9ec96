package org.bufferyard.conform.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.UserMapping;
import org.bufferyard.api.dmabuf.UserProcess;

/** The recorder's user-space process: a descriptor a buffer, one mapping, one sync file. */
public final class UserRunner {
  /** What the runner holds where it has no descriptor. */
  static final int NO_FD = -1;

  private final UserProcess process;
  private final Map<String, Integer> descriptors = new HashMap<>();
  private Optional<UserMapping> mapping = Optional.empty();
  private int syncFile = NO_FD;

  /** Lines of fdinfo that count what a boot did before the case; learned once a buffer. */
  private final Map<String, String> countedBefore = new HashMap<>();

  UserRunner(DmaBufs core) {
    this.process = core.newProcess();
  }

  public UserProcess process() {
    return process;
  }

  /** The descriptor that a word stands for: a buffer's, a number, or {@code stdin}. */
  public int fd(String word) {
    if (word.equals("stdin")) {
      return 0;
    }
    return word.matches("-?[0-9]+")
        ? Integer.parseInt(word)
        : descriptors.getOrDefault(word, NO_FD);
  }

  public void opened(String buffer, int fd) {
    descriptors.put(buffer, fd);
  }

  public void closed(String buffer) {
    descriptors.remove(buffer);
  }

  public Optional<UserMapping> mapping() {
    return mapping;
  }

  public void mapped(Optional<UserMapping> made) {
    mapping = made;
  }

  public int syncFile() {
    return syncFile;
  }

  /** The runner keeps the last sync file only. */
  public void keepSyncFile(int fd) {
    if (syncFile != NO_FD) {
      process.close(syncFile);
    }
    syncFile = fd;
  }

  /** The line as it was first seen of that buffer. */
  public String countedBefore(String buffer, String field, String line) {
    return countedBefore.computeIfAbsent(buffer + " " + field, k -> line);
  }
}
