package org.bufferyard.topology;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.bufferyard.platform.board.BoardDocument;
import org.bufferyard.platform.board.BoardState;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.topology.model.board.Topology;

/**
 * A board file that stays open. The text is the truth, the model a reading of it: when a bundle
 * brings or takes a package that the file uses, the text is read again, so nothing of a package
 * that left is kept, and unsaved changes are neither lost nor written without the package they
 * need.
 *
 * <p>Safe for any thread; listeners are called without a lock held.
 */
final class OpenBoardFile implements BoardDocument {
  private final Path file;
  private final ModelPackages packages;
  private final ModelWriter writer;
  private final Consumer<String> onPackage = this::packageChanged;
  private final List<Consumer<BoardState>> listeners = new CopyOnWriteArrayList<>();

  private final Object lock = new Object();

  // Guarded by the lock.
  private byte[] disk;
  private byte[] text;
  private BoardReading reading;
  private long revision = 1;

  private OpenBoardFile(Path file, byte[] disk, ModelPackages packages) {
    this.file = file;
    this.packages = packages;
    this.writer = new ModelWriter(packages);
    this.disk = disk;
    this.text = disk;
  }

  static OpenBoardFile open(Path file, ModelPackages packages) {
    OpenBoardFile opened =
        new OpenBoardFile(file, TextFile.read(file, BoardReading.SUFFIX), packages);
    opened.start();
    return opened;
  }

  private void start() {
    // Listening first: a package that comes in between is read twice, not missed.
    packages.listen(onPackage);
    synchronized (lock) {
      read();
      if (reading.reading().packages().broken().isPresent()) {
        close();
        reading.orThrow(file.toString());
      }
    }
  }

  /** With the lock held. */
  private void read() {
    reading = BoardReading.of(text, BoardDesk.name(file), List.of(), packages);
  }

  private void packageChanged(String nsUri) {
    synchronized (lock) {
      if (reading != null && !reading.reading().packages().uses(nsUri)) {
        return;
      }
      read();
      revision++;
    }
    announce();
  }

  private void announce() {
    BoardState now = state();
    listeners.forEach(l -> l.accept(now));
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public BoardState state() {
    synchronized (lock) {
      return new BoardState(
          revision,
          reading.spec(),
          reading.errors(file.toString()),
          reading.warnings(file.toString()),
          reading.readOnly(),
          !Arrays.equals(text, disk));
    }
  }

  @Override
  public Runnable onChange(Consumer<BoardState> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /**
   * Changes the model. The new text is made at once: a package may leave before the next save.
   *
   * @throws BadInputException when the document is read-only
   */
  void edit(Consumer<Topology> change) {
    synchronized (lock) {
      refuseReadOnly("changed");
      change.accept(reading.reading().root().orElseThrow());
      text = writer.write(reading.reading().root().orElseThrow());
      read();
      revision++;
    }
    announce();
  }

  @Override
  public void save() {
    synchronized (lock) {
      refuseReadOnly("saved");
      if (Arrays.equals(text, disk)) {
        return;
      }
      TextFile.replace(file, disk, text);
      disk = text;
      revision++;
    }
    announce();
  }

  private void refuseReadOnly(String verb) {
    reading
        .readOnly()
        .ifPresent(
            why -> {
              throw new BadInputException(
                  "read-only and not " + verb + ": " + why, file.toString(), "");
            });
  }

  @Override
  public void close() {
    packages.unlisten(onPackage);
    listeners.clear();
  }
}
