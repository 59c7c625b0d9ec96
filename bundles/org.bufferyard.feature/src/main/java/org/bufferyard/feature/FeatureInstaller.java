package org.bufferyard.feature;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.InstalledFeature;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureService;

/** The feature runtime: reads feature files and carries one change at a time into the framework. */
@Component
public final class FeatureInstaller implements FeatureRuntime {
  /** Framework property: the Maven-layout folder that bundles are installed from. */
  static final String REPOSITORY = "bufferyard.repository";

  /** Framework property: the folder of the feature files. */
  static final String FEATURES = "bufferyard.features";

  private final BundleContext context;
  private final BundleOwners owners;
  private final FeatureService reader;
  private final ConfigurationStore configurations;
  private final ComponentHealth health;
  private final FeatureJars jars;
  private final List<Installation> installed = new CopyOnWriteArrayList<>();
  private final ReentrantLock changing = new ReentrantLock();

  @Activate
  public FeatureInstaller(
      BundleContext context,
      @Reference BundleOwners owners,
      @Reference FeatureService reader,
      @Reference ConfigurationAdmin admin,
      @Reference ServiceComponentRuntime components) {
    this.context = context;
    this.owners = owners;
    this.reader = reader;
    this.configurations = new ConfigurationStore(admin);
    this.health = new ComponentHealth(context, components);
    this.jars = new FeatureJars(context, owners);
  }

  @Override
  public InstalledFeature install(Path json) {
    return change(
        () -> {
          Feature feature = read(json);
          String name = feature.getID().getArtifactId();
          find(name)
              .ifPresent(
                  there -> {
                    throw new FeatureException(
                        "feature %s: version %s is installed already; update it instead"
                            .formatted(name, there.describe().version()));
                  });
          Installation installation = enter(feature, json, false);
          installed.add(installation);
          return installation.describe();
        });
  }

  @Override
  public void ensure(String name) {
    if (find(name).isEmpty()) {
      install(shipped(name));
    }
  }

  @Override
  public InstalledFeature update(Path json) {
    return change(
        () -> {
          Feature feature = read(json);
          Installation old = require(feature.getID().getArtifactId());
          Installation next = enter(feature, json, true);
          List<String> problems = health.await(next.bundles());
          if (!problems.isEmpty()) {
            next.leave();
            throw new FeatureException(
                "feature %s: the new version was taken out again: %s"
                    .formatted(next.name(), String.join("; ", problems)));
          }
          installed.set(installed.indexOf(old), next);
          installed.stream().filter(one -> one != next).forEach(one -> one.follow(next));
          old.keepConfigurationsOf(next);
          old.leave();
          return next.describe();
        });
  }

  @Override
  public void remove(String name) {
    change(
        () -> {
          Installation old = require(name);
          installed.remove(old);
          old.leave();
          return null;
        });
  }

  @Override
  public Path shipped(String name) {
    String folder = context.getProperty(FEATURES);
    if (folder == null) {
      throw new FeatureException("no feature files: set the framework property " + FEATURES);
    }
    return Path.of(folder).resolve(name + ".json");
  }

  @Override
  public List<InstalledFeature> list() {
    return installed.stream().map(Installation::describe).toList();
  }

  @Override
  public List<String> problems() {
    return health.problems(
        Arrays.stream(context.getBundles()).filter(b -> b.getBundleId() != 0).toList());
  }

  private Installation enter(Feature feature, Path json, boolean rebuiltToo) {
    Installation installation = new Installation(context, owners, jars, feature, json);
    try {
      installation.enter(repository(json), configurations, rebuiltToo);
      return installation;
    } catch (RuntimeException e) {
      try {
        installation.leave();
      } catch (RuntimeException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  private <T> T change(Supplier<T> change) {
    if (!changing.tryLock()) {
      throw new FeatureException("another feature is being changed; try again when it is done");
    }
    try {
      T changed = change.get();
      owners.changed();
      return changed;
    } finally {
      changing.unlock();
    }
  }

  private Feature read(Path json) {
    try (Reader text = Files.newBufferedReader(json, StandardCharsets.UTF_8)) {
      return reader.readFeature(text);
    } catch (IOException e) {
      throw new FeatureException("feature file %s: cannot be read".formatted(json), e);
    } catch (RuntimeException e) {
      // The reader throws whatever its JSON parser throws.
      throw new FeatureException(
          "feature file %s: not a feature: %s"
              .formatted(json, String.valueOf(e.getMessage()).replace('\n', ' ')),
          e);
    }
  }

  /** Bundles may lie beside the file that names them, or in the house's own repository. */
  private BundleRepository repository(Path json) {
    String folder = context.getProperty(REPOSITORY);
    if (folder == null) {
      throw new FeatureException(
          "no bundle repository: set the framework property %s".formatted(REPOSITORY));
    }
    return new BundleRepository(json.resolveSibling("repository"), Path.of(folder));
  }

  private Optional<Installation> find(String name) {
    return installed.stream().filter(one -> one.name().equals(name)).findFirst();
  }

  private Installation require(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new FeatureException(
                    "feature %s is not installed; installed are %s"
                        .formatted(name, installed.stream().map(Installation::name).toList())));
  }
}
