package org.bufferyard.feature;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.InstalledFeature;
import org.bufferyard.platform.feature.PluginRuntime;
import org.bufferyard.platform.feature.StateFolder;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Keeps what was installed, and brings it back. The framework's own storage is made anew by every
 * process: what is kept is where things came from, so a jar that changed meanwhile is taken as it is.
 *
 * <p>Files: {@code bundles}, a line each for a {@code feature} file, a {@code plugin} jar, the name of a
 * bundle that was {@code stopped}, a shipped feature that was {@code removed}; {@code
 * configuration.json}; {@code lock}.
 */
@Component
public final class KeptState implements StateFolder, SynchronousConfigurationListener {
  /** What the start command installs by itself, as it needs it. */
  private static final Set<String> STARTED = Set.of("core", "shell", "live", "console", "web");

  /** What the launcher installs, and somebody may have removed. */
  private static final String DEVICES = "devices";

  private final BundleContext context;
  private final BundleOwners owners;
  private final FeatureRuntime features;
  private final PluginRuntime plugins;
  private final KeptConfigurations configurations;

  /** Lines that did not come about at the start, and why: kept, they are tried again at the next. */
  private final Map<String, String> missed = new LinkedHashMap<>();

  /** Empty until it is opened and everything is back: before, there is nothing worth keeping. */
  private volatile Optional<Path> kept = Optional.empty();

  private Optional<FileChannel> lock = Optional.empty();

  @Activate
  public KeptState(
      BundleContext context,
      @Reference BundleOwners owners,
      @Reference FeatureRuntime features,
      @Reference PluginRuntime plugins,
      @Reference ConfigurationAdmin admin) {
    this.context = context;
    this.owners = owners;
    this.features = features;
    this.plugins = plugins;
    this.configurations = new KeptConfigurations(admin);
  }

  @Deactivate
  synchronized void close() throws IOException {
    kept = Optional.empty();
    if (lock.isPresent()) {
      lock.get().close();
    }
  }

  @Override
  public synchronized List<String> open(Path folder) {
    if (lock.isPresent()) {
      throw new FeatureException("state folder %s: one is open already".formatted(folder));
    }
    lock = Optional.of(lock(folder));
    Optional<String> settings = new DurableFile(folder.resolve("configuration.json")).read();
    settings.ifPresent(configurations::apply);
    new DurableFile(folder.resolve("bundles"))
        .read()
        .ifPresent(text -> text.lines().forEach(this::bringBack));
    // Features have set what they come with; what was changed since counts.
    settings.ifPresent(configurations::apply);
    kept = Optional.of(folder);
    owners.onChange(this::saveBundles);
    saveBundles();
    saveConfigurations();
    return missed.entrySet().stream()
        .map(line -> "not brought back: " + line.getKey() + ": " + line.getValue())
        .toList();
  }

  private static FileChannel lock(Path folder) {
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock held = tryLock(channel);
      if (held == null) {
        channel.close();
        throw new FeatureException(
            "state folder %s: another yard uses it; stop that one, or name another folder"
                .formatted(folder));
      }
      return channel;
    } catch (IOException e) {
      throw new FeatureException(
          "state folder %s: cannot be used; name a folder you may write to".formatted(folder), e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private void bringBack(String line) {
    int blank = line.indexOf(' ');
    String what = line.substring(blank + 1);
    try {
      switch (line.substring(0, Math.max(0, blank))) {
        case "feature" -> feature(Path.of(what));
        case "plugin" -> plugins.install(Path.of(what));
        case "stopped" -> plugins.stop(what);
        case "removed" -> features.remove(what);
        default -> throw new FeatureException("it is no line of ours");
      }
    } catch (FeatureException | UncheckedIOException e) {
      missed.put(line, e.getMessage());
    }
  }

  /** An own version of one that is there already is an update. */
  private void feature(Path json) {
    try {
      features.install(json);
    } catch (FeatureException e) {
      try {
        features.update(json);
      } catch (FeatureException second) {
        e.addSuppressed(second);
        throw e;
      }
    }
  }

  private synchronized void saveBundles() {
    kept.ifPresent(
        folder -> {
          List<String> lines = new ArrayList<>();
          List<InstalledFeature> installed = features.list();
          if (installed.stream().noneMatch(f -> f.name().equals(DEVICES))) {
            lines.add("removed " + DEVICES);
          }
          installed.stream().filter(this::isOwn).forEach(f -> lines.add("feature " + f.file()));
          handInstalled().forEach((id, jar) -> lines.add("plugin " + jar));
          owners.halted().stream().sorted().forEach(name -> lines.add("stopped " + name));
          missed.keySet().stream().filter(line -> !lines.contains(line)).forEach(lines::add);
          new DurableFile(folder.resolve("bundles")).write(String.join("\n", lines) + "\n");
        });
  }

  /** Neither what the launcher installs nor what start does. */
  private boolean isOwn(InstalledFeature feature) {
    boolean usual = STARTED.contains(feature.name()) || feature.name().equals(DEVICES);
    return !usual || !feature.file().equals(features.shipped(feature.name()));
  }

  /** In the order they came. */
  private Map<Long, Path> handInstalled() {
    Map<Long, Path> jars = new TreeMap<>();
    Arrays.stream(context.getBundles())
        .filter(owners::isShells)
        .forEach(bundle -> jars.put(bundle.getBundleId(), ShellBundles.origin(bundle)));
    return jars;
  }

  private synchronized void saveConfigurations() {
    kept.ifPresent(
        folder ->
            new DurableFile(folder.resolve("configuration.json")).write(configurations.text()));
  }

  @Override
  public void configurationEvent(ConfigurationEvent event) {
    saveConfigurations();
  }

  @Override
  public Optional<String> read(String name) {
    return kept.flatMap(folder -> new DurableFile(folder.resolve(name)).read());
  }

  @Override
  public synchronized void write(String name, String text) {
    kept.ifPresent(folder -> new DurableFile(folder.resolve(name)).write(text));
  }
}
