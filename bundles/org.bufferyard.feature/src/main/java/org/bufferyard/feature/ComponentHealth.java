package org.bufferyard.feature;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceListener;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** Says what is wrong with bundles and their components, and waits until nothing is. */
final class ComponentHealth {
  /** Framework property: how long an update waits for the new components, in ms. */
  static final String UPDATE_MILLIS = "bufferyard.update.millis";

  private static final String TEN_SECONDS = "10000";

  private final BundleContext context;
  private final ServiceComponentRuntime components;

  ComponentHealth(BundleContext context, ServiceComponentRuntime components) {
    this.context = context;
    this.components = components;
  }

  List<String> problems(Collection<Bundle> bundles) {
    List<String> lines = new ArrayList<>();
    for (Bundle bundle : bundles) {
      if (Installation.isFragment(bundle)) {
        continue;
      }
      switch (bundle.getState()) {
        case Bundle.ACTIVE -> componentProblems(bundle, lines);
        case Bundle.INSTALLED -> lines.add(bundle.getSymbolicName() + " is not resolved");
        default -> lines.add(bundle.getSymbolicName() + " is not started");
      }
    }
    return lines;
  }

  private void componentProblems(Bundle bundle, List<String> lines) {
    for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs(bundle)) {
      boolean wantsConfiguration = "require".equals(description.configurationPolicy);
      Collection<ComponentConfigurationDTO> configurations =
          components.getComponentConfigurationDTOs(description);
      if (configurations.isEmpty() && !wantsConfiguration && description.defaultEnabled) {
        lines.add("component " + description.name + " is not there yet");
      }
      for (ComponentConfigurationDTO configuration : configurations) {
        problem(description, configuration).ifPresent(lines::add);
      }
    }
  }

  private static Optional<String> problem(
      ComponentDescriptionDTO description, ComponentConfigurationDTO configuration) {
    String text =
        switch (configuration.state) {
          case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
              "lacks " + Arrays.stream(configuration.unsatisfiedReferences)
                  .map(missing -> wanted(description, missing))
                  .reduce((a, b) -> a + ", " + b)
                  .orElse("a reference");
          case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
              "lacks a configuration for " + String.join(", ", description.configurationPid);
          case ComponentConfigurationDTO.FAILED_ACTIVATION ->
              "failed to start: " + firstLine(configuration.failure);
          default -> "";
        };
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of("component " + description.name + " " + text);
  }

  private static String wanted(ComponentDescriptionDTO description, UnsatisfiedReferenceDTO missing) {
    String service =
        Arrays.stream(description.references)
            .filter(reference -> reference.name.equals(missing.name))
            .map(reference -> reference.interfaceName)
            .findFirst()
            .orElse(missing.name);
    return missing.target == null ? service : service + " " + missing.target;
  }

  private static String firstLine(String text) {
    return text == null ? "no reason given" : text.lines().findFirst().orElse("no reason given");
  }

  /** Waits until nothing is wrong with the bundles; returns what still is when the time is up. */
  List<String> await(Collection<Bundle> bundles) {
    // The component runtime bumps a property of its own service with each change of any component.
    Semaphore changed = new Semaphore(0);
    ServiceListener listener = event -> changed.release();
    long deadline = System.nanoTime() + limit().toNanos();
    try {
      context.addServiceListener(
          listener,
          "(" + Constants.OBJECTCLASS + "=" + ServiceComponentRuntime.class.getName() + ")");
      List<String> lines = problems(bundles);
      while (!lines.isEmpty()
          && changed.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        changed.drainPermits();
        lines = problems(bundles);
      }
      return lines.isEmpty() ? lines : problems(bundles);
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return problems(bundles);
    } finally {
      context.removeServiceListener(listener);
    }
  }

  private Duration limit() {
    String millis = context.getProperty(UPDATE_MILLIS);
    return Duration.ofMillis(Long.parseLong(millis == null ? TEN_SECONDS : millis));
  }
}
