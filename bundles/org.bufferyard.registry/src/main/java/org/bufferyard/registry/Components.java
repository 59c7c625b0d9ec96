package org.bufferyard.registry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bufferyard.api.kernel.Models;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.KindStatus.State;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/**
 * What SCR knows of components that would bring a plug-in: a service that was never registered is seen
 * nowhere else. Safe for any thread.
 */
@Component(service = Components.class)
public final class Components {
  private final ServiceComponentRuntime scr;

  @Activate
  public Components(@Reference ServiceComponentRuntime scr) {
    this.scr = Objects.requireNonNull(scr, "scr");
  }

  /** Components for one of these interfaces that are no service, and why. */
  List<KindStatus> absent(Collection<Class<?>> types) {
    List<KindStatus> lines = new ArrayList<>();
    for (ComponentDescriptionDTO component : scr.getComponentDescriptionDTOs()) {
      for (Class<?> type : types) {
        if (Arrays.asList(component.serviceInterfaces).contains(type.getName())) {
          absent(component, type.getSimpleName(), lines);
        }
      }
    }
    return lines;
  }

  private void absent(ComponentDescriptionDTO component, String kind, List<KindStatus> lines) {
    Collection<ComponentConfigurationDTO> configurations =
        scr.getComponentConfigurationDTOs(component);
    if (configurations.isEmpty()) {
      String why =
          scr.isComponentEnabled(component) ? waitsForConfiguration(component) : "it is disabled";
      add(component, component.properties, kind, State.WAITING, why, lines);
    }
    for (ComponentConfigurationDTO one : configurations) {
      // A service is listed as such, whatever became of it.
      if (one.service == null) {
        reason(component, one)
            .ifPresent(why -> add(component, one.properties, kind, state(one), why, lines));
      }
    }
  }

  private static State state(ComponentConfigurationDTO one) {
    return one.state == ComponentConfigurationDTO.FAILED_ACTIVATION ? State.FAILED : State.WAITING;
  }

  private static Optional<String> reason(
      ComponentDescriptionDTO component, ComponentConfigurationDTO one) {
    return switch (one.state) {
      case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
          Optional.of(waitsForConfiguration(component));
      case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
          Optional.of(
              Arrays.stream(one.unsatisfiedReferences)
                  .map(missing -> service(component, missing))
                  .collect(Collectors.joining(", ", "waits for ", "")));
      case ComponentConfigurationDTO.FAILED_ACTIVATION ->
          Optional.of("its activation failed: " + rootOf(one.failure));
      default -> Optional.empty();
    };
  }

  private static String waitsForConfiguration(ComponentDescriptionDTO component) {
    return "waits for a configuration of " + String.join(", ", component.configurationPid);
  }

  /** A reference as its author thinks of it: the interface, and the filter if there is one. */
  private static String service(
      ComponentDescriptionDTO component, UnsatisfiedReferenceDTO missing) {
    String wanted =
        Arrays.stream(component.references)
            .filter(r -> r.name.equals(missing.name))
            .map((ReferenceDTO r) -> r.interfaceName)
            .findFirst()
            .orElse(missing.name);
    boolean filtered = missing.target != null && !missing.target.isBlank();
    return "a service " + wanted + (filtered ? " with " + missing.target : "");
  }

  /** Why the component of that name could not be activated. */
  Optional<String> failure(String name) {
    return scr.getComponentDescriptionDTOs().stream()
        .filter(component -> component.name.equals(name))
        .flatMap(component -> scr.getComponentConfigurationDTOs(component).stream())
        .filter(one -> one.failure != null && !one.failure.isBlank())
        .map(one -> rootOf(one.failure))
        .findFirst();
  }

  /** The innermost cause of a printed stack trace, which is all that SCR keeps. */
  private static String rootOf(String trace) {
    List<String> causes =
        Stream.ofNullable(trace)
            .flatMap(String::lines)
            .filter(line -> line.startsWith("Caused by: "))
            .toList();
    if (!causes.isEmpty()) {
      return causes.getLast().substring("Caused by: ".length()).strip();
    }
    return Stream.ofNullable(trace).flatMap(String::lines).findFirst().orElse("").strip();
  }

  private static void add(
      ComponentDescriptionDTO component,
      Map<String, Object> properties,
      String kind,
      State state,
      String reason,
      List<KindStatus> lines) {
    List<String> models = Candidate.strings(properties.get(Models.KEY));
    int ranking = properties.get(Constants.SERVICE_RANKING) instanceof Integer r ? r : 0;
    for (String model : models.isEmpty() ? List.of("") : models) {
      lines.add(new KindStatus(kind, model, component.name, ranking, state, reason));
    }
  }
}
