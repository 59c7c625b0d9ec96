package org.bufferyard.feature;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.PluginRuntime;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** Plug-ins one by one: the watched folder and what the shell installs. */
@Component
public final class PluginInstaller implements PluginRuntime {
  /** The feature with the folder's watcher and the pipelines. */
  private static final String LIVE = "live";

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
  private final ShellBundles byHand;
  private final AtomicBoolean watching = new AtomicBoolean();

  @Activate
  public PluginInstaller(
      BundleContext context,
      @Reference BundleOwners owners,
      @Reference FeatureRuntime features,
      @Reference ServiceComponentRuntime components) {
    this.context = context;
    this.owners = owners;
    this.features = features;
    this.byHand = new ShellBundles(context, owners, new ComponentHealth(context, components));
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
    features.ensure(LIVE);
  }

  @Override
  public String install(Path jar) {
    return byHand.install(jar);
  }

  @Override
  public String update(String bundle) {
    return byHand.update(bundle, Optional.empty());
  }

  @Override
  public String update(String bundle, Path jar) {
    return byHand.update(bundle, Optional.of(jar));
  }

  @Override
  public String remove(String bundle) {
    return byHand.remove(bundle);
  }

  @Override
  public String start(String bundle) {
    return byHand.start(bundle);
  }

  @Override
  public String stop(String bundle) {
    return byHand.stop(bundle);
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
}
