package org.bufferyard.shell.running;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.feature.StateFolder;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYardSpec;
import org.bufferyard.platform.live.LiveYards;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is wanted of running yards is on disk before whoever wants it is answered. */
final class SavedYardsTest {
  private final Arrivals arrivals = new Arrivals();
  private final Folder folder = new Folder();
  private final Wanted yards = new Wanted();
  private final SavedYards saved = new SavedYards(folder, arrivals, new YardOpener(null, null, arrivals));

  @AfterEach
  void close() {
    saved.close();
  }

  private static final class Wanted implements LiveYards {
    private final List<Runnable> listeners = new ArrayList<>();
    private final List<LiveYard> all = new ArrayList<>();

    void changed() {
      List.copyOf(listeners).forEach(Runnable::run);
    }

    @Override
    public LiveYard open(LiveYardSpec spec) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<LiveYard> all() {
      return all;
    }

    @Override
    public Optional<LiveYard> find(String name) {
      return Optional.empty();
    }

    @Override
    public void addListener(Runnable listener) {
      listeners.add(listener);
    }

    @Override
    public void removeListener(Runnable listener) {
      listeners.remove(listener);
    }
  }

  private static final class Folder implements StateFolder {
    private String text = "nothing";
    private boolean full;

    @Override
    public List<String> open(Path path) {
      return List.of();
    }

    @Override
    public synchronized Optional<String> read(String name) {
      return Optional.empty();
    }

    @Override
    public synchronized void write(String name, String now) {
      if (full) {
        throw new UncheckedIOException(new IOException("No space left on device"));
      }
      text = now;
    }

    synchronized String text() {
      return text;
    }

    synchronized void full(boolean now) {
      full = now;
    }
  }

  private static LiveYard yard(String name) {
    MachineSpec machine =
        new MachineSpec(
            MachineSpec.Architecture.ARM64,
            -1L,
            true,
            false,
            Optional.empty(),
            MachineSpec.Bounce.NONE,
            new MachineSpec.IommuMode(false, true, false));
    PlatformSpec board =
        new PlatformSpec(name, machine, List.of(), List.of(), List.of(), List.of());
    LiveYardSpec spec =
        new LiveYardSpec(
            name, name + ".topology", board, KernelProfile.DEFAULT, Flavour.FIDELITY, List.of());
    return (LiveYard)
        Proxy.newProxyInstance(
            SavedYardsTest.class.getClassLoader(),
            new Class<?>[] {LiveYard.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "spec" -> spec;
                  case "wishes" -> List.of();
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  @Test
  void aChangeIsWrittenBeforeTheCallThatMadeItReturns() {
    arrivals.addYards(yards);
    saved.keep();
    assertEquals("[]", folder.text());
    yards.all.add(yard("one"));
    yards.changed();
    assertTrue(folder.text().contains("\"name\": \"one\""), folder.text());
    yards.all.clear();
    yards.changed();
    assertEquals("[]", folder.text());
  }

  @Test
  void whatCannotBeKeptIsSaidAndTriedAgain() {
    arrivals.addYards(yards);
    saved.keep();
    folder.full(true);
    yards.all.add(yard("one"));
    BadInputException said = assertThrows(BadInputException.class, yards::changed);
    assertTrue(said.getMessage().contains("No space left on device"), said.getMessage());
    folder.full(false);
    yards.changed();
    assertTrue(folder.text().contains("\"name\": \"one\""), folder.text());
  }

  @Test
  void yardsThatGoWithTheirServiceAreWantedStill() {
    arrivals.addYards(yards);
    yards.all.add(yard("one"));
    saved.keep();
    arrivals.removeYards(yards);
    yards.all.clear();
    yards.changed();
    assertTrue(folder.text().contains("\"name\": \"one\""), folder.text());
  }
}
