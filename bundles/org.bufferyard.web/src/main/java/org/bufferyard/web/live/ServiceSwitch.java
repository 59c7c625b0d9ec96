package org.bufferyard.web.live;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.kernel.Models;
import org.bufferyard.web.wire.Failure;
import org.osgi.framework.Constants;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.util.promise.Promise;

/**
 * Starts, stops and prefers the components that bring plug-ins. What it preferred is forgotten when
 * it closes. Safe for any thread.
 */
public final class ServiceSwitch implements AutoCloseable {
  private static final long SECONDS = 5;
  private static final Set<String> KINDS =
      Set.of(
          AllocatorKind.class.getName(),
          BouncePoolKind.class.getName(),
          IovaAllocatorKind.class.getName(),
          DeviceKind.class.getName(),
          DmaBufOpsKind.class.getName(),
          IommuKind.class.getName());

  private final ServiceComponentRuntime components;
  private final ConfigurationAdmin admin;
  private final Map<String, Configuration> preferred = new ConcurrentHashMap<>();

  public ServiceSwitch(ServiceComponentRuntime components, ConfigurationAdmin admin) {
    this.components = components;
    this.admin = admin;
  }

  /** A component that somebody stopped. */
  record Stopped(String kind, String model, String provider) {}

  List<Stopped> stopped() {
    List<Stopped> stopped = new ArrayList<>();
    for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
      kind(component)
          .filter(k -> !components.isComponentEnabled(component))
          .ifPresent(
              k ->
                  models(component)
                      .forEach(m -> stopped.add(new Stopped(k, m, component.name))));
    }
    return stopped;
  }

  private static Optional<String> kind(ComponentDescriptionDTO component) {
    return Arrays.stream(component.serviceInterfaces)
        .filter(KINDS::contains)
        .map(name -> name.substring(name.lastIndexOf('.') + 1))
        .findFirst();
  }

  private static List<String> models(ComponentDescriptionDTO component) {
    return switch (component.properties.get(Models.KEY)) {
      case String one -> List.of(one);
      case String[] many -> List.of(many);
      case Collection<?> many -> many.stream().map(Object::toString).toList();
      case null, default -> List.of();
    };
  }

  private ComponentDescriptionDTO find(String kind, String provider) {
    return components.getComponentDescriptionDTOs().stream()
        .filter(c -> c.name.equals(provider) && kind(c).equals(Optional.of(kind)))
        .findFirst()
        .orElseThrow(
            () ->
                Failure.refused(
                    "'" + provider + "' is no component that could be started or stopped"));
  }

  void stop(String kind, String provider) {
    await(components.disableComponent(find(kind, provider)));
  }

  void start(String kind, String provider) {
    await(components.enableComponent(find(kind, provider)));
  }

  /** A fresh instance takes the place of the one that serves. */
  void renew(String kind, String provider) {
    stop(kind, provider);
    start(kind, provider);
  }

  /** Has a component chosen before others of a lower ranking. */
  void prefer(String kind, String provider, int ranking) {
    ComponentDescriptionDTO component = find(kind, provider);
    try {
      Configuration configuration = admin.getConfiguration(component.name, "?");
      Dictionary<String, Object> properties =
          configuration.getProperties() == null
              ? new Hashtable<>()
              : configuration.getProperties();
      properties.put(Constants.SERVICE_RANKING, ranking);
      preferred.put(component.name, configuration);
      configuration.update(properties);
    } catch (IOException e) {
      throw Failure.refused("'" + provider + "' cannot be configured: " + e.getMessage());
    }
  }

  private static void await(Promise<Void> promise) {
    CountDownLatch done = new CountDownLatch(1);
    promise.onResolve(done::countDown);
    try {
      if (!done.await(SECONDS, TimeUnit.SECONDS)) {
        throw Failure.refused("the service does not follow within " + SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    for (Configuration configuration : preferred.values()) {
      try {
        configuration.delete();
      } catch (IOException | IllegalStateException e) {
        System.getLogger(ServiceSwitch.class.getName())
            .log(System.Logger.Level.DEBUG, "a ranking stays: {0}", e.getMessage());
      }
    }
    preferred.clear();
  }
}
