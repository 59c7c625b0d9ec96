package org.bufferyard.itest.dynamics;

import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.Models;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.ComponentConstants;

/**
 * A plug-in service of a test: what it says of itself, what getting it does, and how often it is
 * held.
 */
final class OfferedKind implements ServiceFactory<Object> {
  static final List<Class<?>> TYPES =
      List.of(
          AllocatorKind.class,
          IovaAllocatorKind.class,
          BouncePoolKind.class,
          IommuKind.class,
          DmaBufOpsKind.class,
          DeviceKind.class);

  /** Model strings that nobody else uses. */
  static final List<String> MODELS = List.of("dyn-a", "dyn-b", "dyn-c");

  /** What comes of getting it. */
  enum Getting {
    WORKS,
    THROWS,
    GIVES_NOTHING
  }

  /**
   * What a service says of itself.
   *
   * @param models the property as a plug-in may write it: a string, an array or a list; null to
   *     leave it out
   * @param flavour empty to leave it out
   */
  record Properties(Object models, String flavour, int ranking) {
    static Properties random(Random random) {
      return new Properties(
          randomModels(random),
          List.of("", "", Flavour.FIDELITY, Flavour.FAST).get(random.nextInt(4)),
          random.nextInt(4) - 1);
    }

    private static Object randomModels(Random random) {
      String one = MODELS.get(random.nextInt(MODELS.size()));
      String other = MODELS.get((MODELS.indexOf(one) + 1) % MODELS.size());
      return switch (random.nextInt(8)) {
        case 0 -> null;
        case 1 -> new String[0];
        case 2 -> new String[] {one, other};
        case 3 -> List.of(other, one);
        default -> one;
      };
    }

    List<String> modelNames() {
      return switch (models) {
        case null -> List.of();
        case String one -> List.of(one);
        case String[] many -> List.of(many);
        case List<?> many -> many.stream().map(Object::toString).toList();
        default -> throw new IllegalStateException(models.toString());
      };
    }

    private Dictionary<String, Object> toDictionary(String name) {
      Dictionary<String, Object> properties = new Hashtable<>();
      properties.put(ComponentConstants.COMPONENT_NAME, name);
      properties.put(Constants.SERVICE_RANKING, ranking);
      if (models != null) {
        properties.put(Models.KEY, models);
      }
      if (!flavour.isEmpty()) {
        properties.put(Flavour.KEY, flavour);
      }
      return properties;
    }
  }

  final Class<?> type;
  final String name;
  final Getting getting;
  final Object service;
  final AtomicInteger held = new AtomicInteger();
  private ServiceRegistration<?> registration;
  private Properties properties;

  OfferedKind(Class<?> type, String name, Getting getting, Properties properties) {
    this.type = type;
    this.name = name;
    this.getting = getting;
    this.properties = properties;
    this.service =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "equals" -> proxy == arguments[0];
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "toString" -> name;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  static OfferedKind random(Random random, String name) {
    Getting getting =
        random.nextInt(4) > 0
            ? Getting.WORKS
            : Getting.values()[random.nextInt(Getting.values().length)];
    return new OfferedKind(
        TYPES.get(random.nextInt(TYPES.size())), name, getting, Properties.random(random));
  }

  void register(BundleContext context) {
    registration =
        context.registerService(type.getName(), this, properties.toDictionary(name));
  }

  void change(Properties next) {
    properties = next;
    registration.setProperties(next.toDictionary(name));
  }

  void unregister() {
    registration.unregister();
  }

  Properties properties() {
    return properties;
  }

  @Override
  public Object getService(Bundle bundle, ServiceRegistration<Object> by) {
    return switch (getting) {
      case WORKS -> {
        held.incrementAndGet();
        yield service;
      }
      case THROWS -> throw new IllegalStateException(name + " cannot be got");
      case GIVES_NOTHING -> null;
    };
  }

  @Override
  public void ungetService(Bundle bundle, ServiceRegistration<Object> by, Object got) {
    held.decrementAndGet();
  }

  @Override
  public String toString() {
    return "%s %s %s %s %s %d"
        .formatted(
            name,
            type.getSimpleName(),
            getting,
            properties.modelNames(),
            properties.flavour(),
            properties.ranking());
  }
}
