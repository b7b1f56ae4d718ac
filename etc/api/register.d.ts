// telltale/register: 


