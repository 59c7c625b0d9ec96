package org.bufferyard.feature;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.PluginRuntime;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Plug-ins one by one: the watched folder and what the shell installs. */
@Component
public final class PluginInstaller implements PluginRuntime {
  /** Framework property: the folder of the feature files. */
  static final String FEATURES = "bufferyard.features";

  /** The feature with the folder's watcher and the interactive shell. */
  private static final String LIVE = "live.json";

  /**
   * The watcher's settings. It reads system properties when it starts and would watch ./load without
   * them. Scope "managed": a jar that comes or goes makes it refresh its own bundles, nobody else's.
   */
  private static final Map<String, String> WATCHER =
      Map.of(
          "felix.fileinstall.poll", "200",
          "felix.fileinstall.noInitialDelay", "true",
          "felix.fileinstall.filter", "[^.].*\\.jar",
          "felix.fileinstall.bundles.new.start", "true",
          "felix.fileinstall.bundles.startTransient", "true",
          "felix.fileinstall.fragmentRefreshScope", "managed",
          "felix.fileinstall.optionalImportRefreshScope", "managed",
          "felix.fileinstall.disableConfigSave", "true",
          // Its only log would be stack traces on standard output; FolderGuard and list() tell instead.
          "felix.fileinstall.log.level", "0");

  private final BundleContext context;
  private final BundleOwners owners;
  private final FeatureRuntime features;
  private final AtomicBoolean watching = new AtomicBoolean();

  @Activate
  public PluginInstaller(
      BundleContext context, @Reference BundleOwners owners, @Reference FeatureRuntime features) {
    this.context = context;
    this.owners = owners;
    this.features = features;
  }

  @Override
  public void watch(Path folder) {
    if (!watching.compareAndSet(false, true)) {
      throw new FeatureException(
          "a plug-in folder is watched already: %s"
              .formatted(System.getProperty("felix.fileinstall.dir")));
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      watching.set(false);
      throw new FeatureException(
          "plug-in folder %s: cannot be made; name a folder you may write to".formatted(folder), e);
    }
    owners.watch(folder);
    WATCHER.forEach(System::setProperty);
    System.setProperty("felix.fileinstall.dir", folder.toString());
    if (System.console() == null || !System.console().isTerminal()) {
      // Without a terminal the interactive shell would read end of input at once and stop the yard.
      System.setProperty("gosh.args", "--nointeractive --noshutdown");
    }
    features.install(Path.of(context.getProperty(FEATURES)).resolve(LIVE));
  }

  @Override
  public String install(Path jar) {
    if (!Files.isRegularFile(jar)) {
      throw new FeatureException("plug-in %s: no such file".formatted(jar));
    }
    String location = "reference:" + jar.toUri();
    Bundle there = context.getBundle(location);
    if (there != null) {
      throw new FeatureException(
          "plug-in %s: belongs to %s; remove it there first".formatted(jar, owners.of(there)));
    }
    Bundle bundle = null;
    try {
      bundle = context.installBundle(location);
      owners.claimForShell(bundle);
      bundle.start(Bundle.START_TRANSIENT);
      return Installation.label(bundle);
    } catch (BundleException e) {
      if (bundle == null) {
        throw new FeatureException(
            "plug-in %s: %s".formatted(jar, Refusal.of(e, location, context, owners)), e);
      }
      uninstall(bundle);
      throw new FeatureException(
          "plug-in %s: does not start: %s".formatted(jar, Refusal.reason(e)), e);
    }
  }

  @Override
  public void remove(String symbolicName) {
    List<Bundle> named =
        Arrays.stream(context.getBundles())
            .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
            .toList();
    if (named.isEmpty()) {
      throw new FeatureException("plug-in %s is not installed".formatted(symbolicName));
    }
    List<Bundle> mine = named.stream().filter(owners::isShells).toList();
    if (mine.isEmpty()) {
      throw new FeatureException(
          "plug-in %s belongs to %s; remove it there"
              .formatted(symbolicName, owners.of(named.getFirst())));
    }
    mine.forEach(this::uninstall);
  }

  @Override
  public List<String> list() {
    Stream<String> installed =
        Arrays.stream(context.getBundles())
            .filter(bundle -> owners.isShells(bundle) || owners.isFolders(bundle))
            .map(
                bundle ->
                    "%s %s%s"
                        .formatted(
                            Installation.label(bundle),
                            owners.of(bundle),
                            bundle.getState() == Bundle.ACTIVE ? "" : ", not started"));
    Stream<String> left =
        owners.watched().stream().flatMap(folder -> LeftJar.in(folder, context, owners).stream());
    return Stream.concat(installed, left).toList();
  }

  private void uninstall(Bundle bundle) {
    try {
      bundle.uninstall();
      owners.releaseForShell(bundle);
      Installation.refresh(context, List.of(bundle), bundle.getSymbolicName());
    } catch (BundleException e) {
      throw new FeatureException(
          "plug-in %s: could not be uninstalled: %s"
              .formatted(Installation.label(bundle), Refusal.reason(e)),
          e);
    }
  }
}
