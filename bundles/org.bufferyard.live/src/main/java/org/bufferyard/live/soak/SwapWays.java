package org.bufferyard.live.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.ComponentConstants;

/** The ways in which a plug-in takes another one's place. Used by one thread. */
final class SwapWays {
  /** How a swap comes about. */
  enum Way {
    /** A bundle is stopped or started. */
    BUNDLE,
    /** The ranking of a component is configured. */
    RANKING,
    /** Something else of a component is configured: it is made anew. */
    CONFIGURATION,
    /** A feature is installed, updated in place or removed. */
    FEATURE,
    /** A jar comes into the plug-in folder or leaves it. */
    FOLDER;

    private static Way of(Random random, boolean folder) {
      int die = random.nextInt(100);
      if (die < 2 && folder) {
        return FOLDER;
      }
      if (die < 20) {
        return FEATURE;
      }
      return die < 55 ? BUNDLE : die < 80 ? RANKING : CONFIGURATION;
    }
  }

  private static final int MOST_STOPPED = 3;
  private static final long WAIT_MILLIS = 10_000;
  private static final String TURN = "soak.turn";

  private final BundleContext context;
  private final ConfigurationAdmin admin;
  private final FeatureRuntime features;
  private final List<Provider> providers;
  private final Optional<Path> folder;
  private final Conditions conditions;
  private final LeakWatch leaks;

  /** Copy that a provider's feature has, by the provider's name. */
  private final Map<String, Integer> installed = new HashMap<>();

  private final Map<String, Configuration> configured = new LinkedHashMap<>();
  private final Map<Way, Integer> made = new LinkedHashMap<>();
  private int turn;

  /**
   * @param folder that is watched for jars; empty: none is
   */
  SwapWays(
      BundleContext context,
      ConfigurationAdmin admin,
      FeatureRuntime features,
      List<Provider> providers,
      Optional<Path> folder,
      Conditions conditions,
      LeakWatch leaks) {
    this.context = context;
    this.admin = admin;
    this.features = features;
    this.providers = providers;
    this.folder = folder;
    this.conditions = conditions;
    this.leaks = leaks;
  }

  Map<Way, Integer> made() {
    return made;
  }

  /** Configures one component and takes it back, so that whoever is made by the first time is made. */
  void touch() throws InterruptedException {
    configure(new Random(0), providers.getFirst(), "soak.note", 0);
    restore();
  }

  /** One swap, whatever chance says; what it was. */
  String make(Random random) throws InterruptedException {
    Way way = Way.of(random, folder.isPresent());
    Provider provider = providers.get(random.nextInt(providers.size()));
    made.merge(way, 1, Integer::sum);
    return switch (way) {
      case BUNDLE -> toggle(random, provider);
      case RANKING -> configure(random, provider, Constants.SERVICE_RANKING, random.nextInt(5) - 2);
      case CONFIGURATION -> configure(random, provider, "soak.note", random.nextInt());
      case FEATURE -> feature(random, provider);
      case FOLDER -> jar(provider);
    };
  }

  private String toggle(Random random, Provider provider) {
    List<Bundle> stopped =
        providers.stream()
            .map(Provider::bundle)
            .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
            .toList();
    if (random.nextInt(MOST_STOPPED) < stopped.size()) {
      Bundle back = stopped.get(random.nextInt(stopped.size()));
      start(back);
      return "start " + back;
    }
    List<Bundle> same =
        Arrays.stream(context.getBundles())
            .filter(bundle -> provider.name().equals(bundle.getSymbolicName()))
            .toList();
    Bundle one = same.get(random.nextInt(same.size()));
    if (one.getState() != Bundle.ACTIVE) {
      start(one);
      return "start " + one;
    }
    stop(one);
    return "stop " + one;
  }

  private static void start(Bundle bundle) {
    try {
      bundle.start(Bundle.START_TRANSIENT);
    } catch (BundleException e) {
      throw new IllegalStateException("starting " + bundle, e);
    }
  }

  private static void stop(Bundle bundle) {
    try {
      bundle.stop(Bundle.STOP_TRANSIENT);
    } catch (BundleException e) {
      throw new IllegalStateException("stopping " + bundle, e);
    }
  }

  private String configure(Random random, Provider provider, String key, Object value)
      throws InterruptedException {
    String component = provider.components().get(random.nextInt(provider.components().size()));
    Bundle bundle = provider.bundle();
    // For the bundle's own version only: its copies keep their ranking.
    String pid = component + "|" + provider.name() + "|" + bundle.getVersion();
    try {
      Configuration configuration =
          configured.containsKey(pid) ? configured.get(pid) : admin.getConfiguration(pid, "?");
      configured.put(pid, configuration);
      Dictionary<String, Object> properties =
          configuration.getProperties() == null
              ? new Hashtable<>()
              : configuration.getProperties();
      properties.put(key, value);
      int expected = ++turn;
      properties.put(TURN, expected);
      configuration.update(properties);
      if (bundle.getState() == Bundle.ACTIVE) {
        conditions.await(() -> isTold(bundle, component, expected), WAIT_MILLIS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "configure " + pid + " with " + key + " " + value;
  }

  private static boolean isTold(Bundle bundle, String component, Object expected) {
    ServiceReference<?>[] services = bundle.getRegisteredServices();
    return services == null
        || Arrays.stream(services)
            .filter(s -> component.equals(s.getProperty(ComponentConstants.COMPONENT_NAME)))
            .anyMatch(s -> expected.equals(s.getProperty(TURN)));
  }

  private String feature(Random random, Provider provider) {
    Integer copy = installed.get(provider.name());
    if (copy == null) {
      features.install(provider.copies().get(0).feature());
      installed.put(provider.name(), 0);
      remember(provider, 0);
      return "install " + provider.featureName();
    }
    if (random.nextBoolean()) {
      int other = 1 - copy;
      features.update(provider.copies().get(other).feature());
      installed.put(provider.name(), other);
      remember(provider, other);
      return "update " + provider.featureName();
    }
    features.remove(provider.featureName());
    installed.remove(provider.name());
    return "remove " + provider.featureName();
  }

  private String jar(Provider provider) throws InterruptedException {
    Provider.Copy copy = provider.copies().getLast();
    Path jar = folder.orElseThrow().resolve(provider.name() + ".jar");
    try {
      if (Files.deleteIfExists(jar)) {
        conditions.await(() -> find(provider, copy).isEmpty(), WAIT_MILLIS);
        return "take " + jar.getFileName() + " out of the folder";
      }
      Path hidden = jar.resolveSibling("." + jar.getFileName());
      Files.copy(copy.jar(), hidden, StandardCopyOption.REPLACE_EXISTING);
      Files.move(hidden, jar, StandardCopyOption.ATOMIC_MOVE);
      conditions.await(
          () -> find(provider, copy).filter(b -> b.getState() == Bundle.ACTIVE).isPresent(),
          WAIT_MILLIS);
      find(provider, copy).ifPresent(this::remember);
      return "drop " + jar.getFileName() + " into the folder";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void remember(Provider provider, int copy) {
    find(provider, provider.copies().get(copy)).ifPresent(this::remember);
  }

  private void remember(Bundle bundle) {
    BundleWiring wiring = bundle.adapt(BundleWiring.class);
    if (wiring != null) {
      leaks.loader(bundle.toString(), wiring.getClassLoader());
    }
  }

  private Optional<Bundle> find(Provider provider, Provider.Copy copy) {
    return Arrays.stream(context.getBundles())
        .filter(b -> provider.name().equals(b.getSymbolicName()))
        .filter(b -> copy.version().equals(b.getVersion().toString()))
        .findFirst();
  }

  /** Everything as it was. */
  void restore() throws InterruptedException {
    for (Provider provider : providers) {
      if (installed.remove(provider.name()) != null) {
        features.remove(provider.featureName());
      }
      if (folder.filter(f -> Files.exists(f.resolve(provider.name() + ".jar"))).isPresent()) {
        jar(provider);
      }
    }
    for (Configuration configuration : new ArrayList<>(configured.values())) {
      try {
        configuration.delete();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    configured.clear();
    for (Provider provider : providers) {
      start(provider.bundle());
    }
    conditions.await(
        () -> providers.stream().allMatch(p -> isTidy(p.bundle(), p.components())), WAIT_MILLIS);
  }

  private static boolean isTidy(Bundle bundle, List<String> components) {
    ServiceReference<?>[] services = bundle.getRegisteredServices();
    return services != null
        && components.stream()
            .allMatch(
                c ->
                    Arrays.stream(services)
                        .anyMatch(
                            s ->
                                c.equals(s.getProperty(ComponentConstants.COMPONENT_NAME))
                                    && s.getProperty(TURN) == null));
  }
}
