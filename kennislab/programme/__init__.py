"""The programme: municipalities and districts, who takes part in which year, and the labs with their agendas."""
